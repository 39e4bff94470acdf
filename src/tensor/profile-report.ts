import type { AdapterLimits, KernelProfile, ProfileReport } from "./device.ts";

/** One dispatch of a profiled call, or one op. */
export interface Timed {
  readonly name: string;
  readonly ms: number;
  readonly flops: number;
  readonly bytes: number;
}

/** Adds up what has one name, and sets it against the adapter's limits. */
export function profileReport(timed: readonly Timed[], limits: AdapterLimits | null): ProfileReport {
  const sums = new Map<string, Timed & { readonly calls: number }>();
  for (const { name, ms, flops, bytes } of timed) {
    const sum = sums.get(name) ?? { name, calls: 0, ms: 0, flops: 0, bytes: 0 };
    const { calls } = sum;
    sums.set(name, { name, calls: calls + 1, ms: sum.ms + ms, flops: sum.flops + flops, bytes: sum.bytes + bytes });
  }
  const totalMs = timed.reduce((total, { ms }) => total + ms, 0);
  const kernels = [...sums.values()].map((sum): KernelProfile => {
    const seconds = sum.ms / 1e3;
    const least = limits === null ? 0 : Math.max(sum.flops / limits.flopsPerSecond, sum.bytes / limits.bytesPerSecond);
    return {
      ...sum,
      share: ratio(sum.ms, totalMs),
      flopsPerSecond: ratio(sum.flops, seconds),
      bytesPerSecond: ratio(sum.bytes, seconds),
      ofLimit: Math.min(1, ratio(least, seconds)),
    };
  });
  return { totalMs, kernels: kernels.sort((a, b) => b.ms - a.ms), limits };
}

/** 0 where the clock saw no time pass. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
