import type { ProfileReport } from "../tensor/device.ts";
import { DeviceError } from "../tensor/errors.ts";
import type { Node } from "../tensor/tensor.ts";
import type { Loaded } from "./call.ts";
import type { Range } from "./executable.ts";
import type { Gpu } from "./gpu.ts";
import { usage } from "./gpu.ts";

/** Runs a plan once with each dispatch in a pass of its own between two timestamps; so the sum exceeds a plain call a little. */
export async function profileExecutable(
  loaded: Loaded,
  leaves: (node: Node) => Range,
  gpu: Gpu,
): Promise<ProfileReport> {
  const { device } = gpu;
  if (!device.features.has("timestamp-query")) {
    throw new DeviceError("profile: the adapter has no timestamp-query", ["time whole calls instead"]);
  }
  const { steps } = loaded.plan;
  const count = Math.max(1, steps.length) * 2;
  const queries = device.createQuerySet({ type: "timestamp", count });
  const resolved = device.createBuffer({ size: count * 8, usage: usage.queryResolve | usage.copySource });
  try {
    const encoder = device.createCommandEncoder({ label: `profile ${loaded.name}` });
    loaded.executable.encode(encoder, leaves, queries);
    encoder.resolveQuerySet(queries, 0, count, resolved, 0);
    gpu.submit(encoder.finish());
    const times = new BigUint64Array(await gpu.read(resolved, 0, count * 8)); // nanoseconds
    const spent = new Map<string, { calls: number; ms: number }>();
    steps.forEach((step, i) => {
      const entry = spent.get(step.name) ?? { calls: 0, ms: 0 };
      entry.calls++;
      entry.ms += Number(times[2 * i + 1]! - times[2 * i]!) / 1e6;
      spent.set(step.name, entry);
    });
    const kernels = [...spent].map(([name, entry]) => ({ name, ...entry })).sort((a, b) => b.ms - a.ms);
    return { totalMs: kernels.reduce((total, { ms }) => total + ms, 0), kernels };
  } finally {
    queries.destroy();
    resolved.destroy();
  }
}
