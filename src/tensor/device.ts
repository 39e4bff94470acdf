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
  /**
   * Time, work and distance from the adapter's limits of each kernel of a call with these arguments, in the median of three
   * calls by the adapter's clock. Donated arguments are consumed.
   *
   * @throws DeviceError where the adapter has no timestamps.
   */
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
   * Operations of the formula: two a multiply-add of a product or convolution (taps on padding too), one any scalar call of a
   * generated kernel an element. 0 where none are counted: kernels that move data or integers, a user's own WGSL, the CPU.
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
