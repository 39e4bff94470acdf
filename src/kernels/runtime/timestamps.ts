import { DeviceError } from "../../tensor/errors.ts";
import type { Gpu } from "./gpu.ts";
import { usage } from "./gpu.ts";

const passesASet = 2048; // WebGPU's query sets hold 4096

/** The timestamps of pass `at`. */
export type StampsOf = (at: number) => GPUComputePassTimestampWrites;

/** Submits `count` compute passes and gives the milliseconds of each. */
export async function timePasses(
  gpu: Gpu,
  label: string,
  count: number,
  encode: (encoder: GPUCommandEncoder, stampsOf: StampsOf) => void,
): Promise<number[]> {
  const { device } = gpu;
  if (!device.features.has("timestamp-query")) {
    throw new DeviceError("profile: the adapter has no timestamp-query", ["time whole calls instead"]);
  }
  const sets = Array.from({ length: Math.ceil(count / passesASet) }, (_, i) =>
    device.createQuerySet({ type: "timestamp", count: 2 * Math.min(passesASet, count - i * passesASet) }),
  );
  const resolved = device.createBuffer({ size: Math.max(1, count) * 16, usage: usage.queryResolve | usage.copySource });
  try {
    const encoder = device.createCommandEncoder({ label });
    encode(encoder, (at) => ({
      querySet: sets[Math.floor(at / passesASet)]!,
      beginningOfPassWriteIndex: 2 * (at % passesASet),
      endOfPassWriteIndex: 2 * (at % passesASet) + 1,
    }));
    sets.forEach((set, i) => encoder.resolveQuerySet(set, 0, set.count, resolved, i * passesASet * 16));
    gpu.submit(encoder.finish());
    const nanoseconds = new BigUint64Array(await gpu.read(resolved, 0, resolved.size));
    return Array.from({ length: count }, (_, i) => Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6);
  } finally {
    for (const set of sets) set.destroy();
    resolved.destroy();
  }
}
