/** What a device is, for reports. */
export interface DeviceInfo {
  readonly kind: "gpu" | "reference";
  /** Adapter class: it chooses kernel variants. */
  readonly adapterClass: "software" | "integrated" | "discrete" | "cpu";
  /** Adapter and driver in words. */
  readonly description: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export interface CompileOptions {
  /** Indices of arguments whose tensors are given away: their memory takes the outputs. */
  readonly donate?: readonly number[];
  /** Reject with the first op and call site that made a non-finite value. Slow; for debugging. */
  readonly checkFinite?: boolean;
}

/** A tree in which each number may stand for a traced scalar: what a compiled function sees and what a caller passes. */
export type Program<A extends readonly unknown[], R> = ((...args: A) => Promise<R>) & {
  /** Bytes and buffers of the plan for the last signature. */
  memory(): MemoryReport;
  /** Milliseconds a kernel, slowest first, of one call with these arguments. Donated arguments are consumed. */
  profile(...args: A): Promise<ProfileReport>;
  /** Graph, kernels and WGSL of the plan for the last signature. */
  dump(): string;
};

export interface MemoryReport {
  /** Bytes of intermediate slots. */
  readonly peakBytes: number;
  /** Largest sum of live intermediates over the schedule. */
  readonly liveBytes: number;
  /** One buffer for every value of the program, without reuse. */
  readonly naiveBytes: number;
  readonly slots: readonly { readonly bytes: number; readonly occupants: readonly string[] }[];
}

export interface ProfileReport {
  readonly totalMs: number;
  readonly kernels: readonly { readonly name: string; readonly calls: number; readonly ms: number }[];
}

/** Runs programs. Everything above `kernels/` sees a device only through this. */
export interface Device {
  info(): DeviceInfo;
  /** Traces `fn` once per input signature; each call is one submit and resolves when it is made. */
  compile<A extends readonly never[] | readonly unknown[], R>(
    fn: (...args: A) => R,
    options?: CompileOptions,
  ): Program<A, R>;
  /** Computes every tensor of a tree; returns the tree with leaves that the device holds. */
  evaluate<T>(tree: T): Promise<T>;
  /** Uploads host leaves. */
  put<T>(tree: T): T;
  /** Gives the memory of a tree's tensors back. */
  free(tree: unknown): void;
  /** Frees what `body` made on the device, but for what it returns. */
  scope<T>(body: () => Promise<T>): Promise<T>;
  /** Bytes that the device holds for tensors and plans. */
  allocatedBytes(): number;
  close(): void;
}
