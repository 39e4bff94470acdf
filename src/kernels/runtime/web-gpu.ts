// What a caller may bring of WebGPU. The types say only what shows that it is the right thing, so that a program that uses this
// package compiles without declarations of WebGPU; the browser's own, `@webgpu/types`' and Dawn's objects all fit.

/** `navigator.gpu`, or what the package `webgpu` creates: a `GPU`. */
export interface WebGpu {
  requestAdapter(options?: object): Promise<WebGpuAdapter | null>;
}

/** A `GPUAdapter`. */
export interface WebGpuAdapter {
  readonly features: { has(name: string): boolean };
  readonly limits: object;
  requestDevice(descriptor?: object): Promise<WebGpuDevice>;
}

/** A `GPUDevice`. */
export interface WebGpuDevice {
  readonly features: { has(name: string): boolean };
  readonly limits: object;
  readonly queue: object;
  destroy(): void;
}

/** Waits for a promise of the GPU: `node/` brings one that naps, since Dawn spins a core while a promise is pending. */
export type Wait = <T>(promise: Promise<T>) => Promise<T>;

/** Which GPU to take. */
export interface AcquireGpuOptions {
  /** What `webgpu`'s `create([])` returns, say. @defaultValue `navigator.gpu`, where there is one */
  readonly gpu?: WebGpu | undefined;
  /** An adapter to take instead of asking `gpu` for one. */
  readonly adapter?: WebGpuAdapter | undefined;
  /** A device of the caller, taken as it is, with its limits and features. `close()` leaves it alive. */
  readonly device?: WebGpuDevice | undefined;
  /** How to wait for the GPU. @defaultValue a plain await */
  readonly wait?: Wait | undefined;
}
