import type { AnyTensor, Tensor } from "./tensor.ts";

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
  readonly donate?: readonly number[] | undefined;
  /** Reject with the first op and call site that made a non-finite value. Slow; for debugging. */
  readonly checkFinite?: boolean | undefined;
}

/**
 * What a caller may pass for what a compiled function takes: a number for an f32 scalar tensor, in trees too.
 *
 * A number among the arguments is data of the program, an f32 scalar tensor inside the function. Declare it as `Tensor<[]>` there,
 * and the compiler refuses `lr === 0` (no overlap), which would be false for every learning rate: JavaScript has no hook for `===`
 * and for truth values. Comparisons (`<`, `==`), arithmetic, text, keys and JSON throw a TraceError.
 */
export type Passed<T> = T extends AnyTensor
  ? T extends Tensor<readonly []>
    ? T | number
    : T
  : T extends object
    ? { [K in keyof T]: Passed<T[K]> }
    : T;

/** A compiled function: its arguments, or what may be passed for them, to its result on the device. */
export interface Program<A extends readonly unknown[], R> {
  (...args: { [K in keyof A]: Passed<A[K]> }): Promise<R>;
  (...args: A): Promise<R>;
  /** Bytes and buffers of the plan for the last signature. */
  memory(): MemoryReport;
  /**
   * Floating-point operations of one call of the last signature, counted from the program: the same on every device. Two per
   * multiply-add of a product or convolution (taps on padding too), one per other scalar function and element; none for what moves
   * data or integers.
   */
  flops(): number;
  /**
   * Time, work and distance from the adapter's limits of each kernel of a call with these arguments, in the median of three
   * calls by the adapter's clock. Donated arguments are consumed.
   *
   * @throws DeviceError where the adapter has no timestamps.
   */
  profile(...args: A): Promise<ProfileReport>;
  /** Graph, kernels and WGSL of the plan for the last signature. */
  dump(): string;
}

export interface MemoryReport {
  /** Bytes of intermediate slots. */
  readonly peakBytes: number;
  /** Largest sum of live intermediates over the schedule. */
  readonly liveBytes: number;
  /** One buffer for every value of the program, without reuse. */
  readonly naiveBytes: number;
  readonly slots: readonly MemorySlot[];
}

/** A buffer of a plan, and the values that lie in it, one after the other or side by side. */
export interface MemorySlot {
  readonly bytes: number;
  /** In the order of time. */
  readonly values: readonly SlotValue[];
}

/** An intermediate value. */
export interface SlotValue {
  /** What made it: an op, or a kernel's name and `scratch`. */
  readonly what: string;
  /** `f32[32,16]`. */
  readonly type: string;
  readonly bytes: number;
  /** Bytes from the slot's start. */
  readonly offset: number;
  /** The dispatch, counted from 0, that writes it first. */
  readonly from: number;
  /** The last dispatch that needs it; the number of dispatches where the value is a result. */
  readonly to: number;
  /** The line of the program that made it, where one is known: `loss (train.ts:12:18)`. */
  readonly line: string | null;
}

/** What an adapter does at best, measured by kernels that ask for one thing only. */
export interface AdapterLimits {
  /** f32 multiply-adds on registers; each counts two. */
  readonly flopsPerSecond: number;
  /** A copy of one large buffer to another: bytes read plus bytes written. */
  readonly bytesPerSecond: number;
}

/** All dispatches of one call that have a name in common. */
export interface KernelProfile {
  readonly name: string;
  readonly calls: number;
  readonly ms: number;
  /** `ms` of the report's `totalMs`, 0…1. */
  readonly share: number;
  /**
   * Operations of the formula: two per multiply-add of a product or convolution (taps on padding too), one per other scalar call
   * and element of a generated kernel. 0 where none are counted: kernels that move data or integers, a user's own WGSL, the CPU.
   */
  readonly flops: number;
  /** Bytes that must pass between memory and the kernel: each buffer once, or the part that it reads; one updated in place twice. */
  readonly bytes: number;
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
  /**
   * The least time that the limits allow ÷ the time taken, 0…1, where the least time is the larger of flops and of bytes
   * each at its limit (a roofline). Caches faster than memory count as 1. 0 where nothing is measured to compare with.
   */
  readonly ofLimit: number;
}

export interface ProfileReport {
  readonly totalMs: number;
  /** Slowest first. */
  readonly kernels: readonly KernelProfile[];
  /** Of the adapter, measured at the first profile of a device; null on the CPU reference. */
  readonly limits: AdapterLimits | null;
}

/** Bytes that a device holds. */
export interface DeviceMemory {
  /** Buffers that tensors lie in. */
  readonly tensorBytes: number;
  /** Buffers of plans: intermediates, constants, host arguments. */
  readonly planBytes: number;
  /** Buffers without a tensor, kept to be used again. */
  readonly freeBytes: number;
}

/**
 * Runs programs. Everything above `kernels/` sees a device only through this.
 *
 * Once it is closed or lost, all but `info`, `memory`, `allocatedBytes` and `close` throw a DeviceError that says so.
 */
export interface Device {
  info(): DeviceInfo;
  /**
   * Traces `fn` once per input signature; each call is one submit and resolves when it is made.
   *
   * The function builds a program: it sees tensors without values, numbers too ({@link Passed}). It cannot wait, read, run another
   * program, or branch on a value. `where` selects by a value; what the function captures, and strings, booleans and null among its
   * arguments, are known while it is traced.
   *
   * @param fn - a function of trees of tensors, numbers, strings, booleans and null, to a tree of tensors.
   * @throws, when called: TraceError if the function is async, or uses a traced value as a number, text or key; ConfigError for
   *   arguments of another kind, and for a `donate` that names none.
   * @example
   * const step = device.compile((w: Tensor, lr: Tensor<[]>) => sub(w, mul(grad(loss)(w), lr)), { donate: [0] });
   * let w = device.put(zeros([3]));
   * for (let i = 0; i < 100; i++) w = await step(w, 0.1 / (1 + i)); // one plan: the number is data
   */
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
  /**
   * Frees what `body` made through its scope, but for what it returns.
   *
   * What goes through the device itself belongs to no scope. One exception: a body that declares no parameter owns what it makes
   * through the device before it first waits; what it makes later goes back when it is freed or collected.
   *
   * @throws what `body` throws, after the memory went back.
   * @example
   * const loss = await device.scope(async (scope) => {
   *   const scores = await scope.run(model, images); // freed at the end
   *   return scope.evaluate(mean(crossEntropy(scores, labels))); // kept: it is returned
   * });
   */
  scope<T>(body: (scope: Scope) => Promise<T>): Promise<T>;
  /** Bytes that the device holds, by what for. */
  memory(): DeviceMemory;
  /** The sum of {@link memory}. */
  allocatedBytes(): number;
  /**
   * Gives all memory back and refuses further work at once; a read that waits is rejected. Resolves when nothing is under way any
   * more: wait for it before a worker is terminated. A `GPUDevice` that the caller brought stays alive.
   */
  close(): Promise<void>;
}

/**
 * The device, for the work of one scope: what is made through it is freed when the scope ends. A scope is a `Device`, so code that
 * takes a device can be given a scope.
 */
export interface Scope extends Device {
  /** Calls a program compiled on the device; its outputs belong to this scope. */
  run<A extends readonly unknown[], R>(program: Program<A, R>, ...args: A): Promise<R>;
  /** Passes a tree's tensors to the scope around, or to none, so that they outlive this one. Returns the tree. */
  keep<T>(tree: T): T;
  /** @throws DeviceError: a scope ends with its body. */
  close(): Promise<void>;
}
