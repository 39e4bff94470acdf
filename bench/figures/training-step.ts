import type { BenchDevice } from "../gpu.ts";
import type { FigureRow } from "../protocol.ts";
import { initialState, leavesOf } from "../reference.ts";
import type { Resident } from "../resident.ts";
import { settle } from "../resident.ts";
import { middle, ratioOf } from "../rounds.ts";
import { median } from "../statistics.ts";
import type { Work } from "../work.ts";
import { wideResNetStep } from "../works/wide-resnet.ts";
import { alternate } from "./alternate.ts";
import type { DeviceFigure } from "./device-figure.ts";

/** A work's program after its first calls. */
export async function warmResident(bench: BenchDevice, work: Work): Promise<Resident> {
  const resident = settle(bench, work, initialState(work), leavesOf(work.inputs));
  await resident.time(2, 1);
  return resident;
}

const samples = 50;

/** From the call to the return of `queue.submit`, the GPU idle before. */
export const hostTime: DeviceFigure = {
  name: "wrn-16-1-host-time-b32",
  measure: async (bench) => {
    const resident = await warmResident(bench, wideResNetStep(1, 32));
    const taken: number[] = [];
    for (let i = 0; i < samples; i++) {
      await bench.idle();
      const start = performance.now();
      const outputs = await resident.call();
      taken.push(bench.submittedAt() - start);
      bench.device.free(outputs);
    }
    resident.release();
    return [
      {
        work: "wrn-16-1-host-time-b32",
        unit: "ms",
        ours: median(taken),
        runs: samples,
        also: { smallest_ms: Math.min(...taken) },
      },
    ];
  },
};

/** The whole step ÷ the sum of its kernels' times, each in a pass of its own. */
export const stepOverKernels: DeviceFigure = {
  name: "wrn-16-1-step-over-kernels-b32",
  measure: async (bench) => {
    const resident = await warmResident(bench, wideResNetStep(1, 32));
    const profiled = async (): Promise<number[]> => [(await resident.profile()).totalMs];
    await profiled(); // measures the adapter's limits
    const [kernels, step] = await alternate(5, profiled, () => resident.time(3, 1));
    resident.release();
    const { ratio, min, max } = ratioOf(kernels, step);
    return [
      {
        work: "wrn-16-1-step-over-kernels-b32",
        unit: "ratio",
        ours: ratio,
        runs: step.flat().length,
        also: { smallest: min, largest: max, step_ms: middle(step), kernels_ms: middle(kernels) },
      },
    ];
  },
};

/** Every kernel of the step: a list to work from, so only by name. */
export const kernelList: DeviceFigure = {
  name: "wrn-16-1-kernels-b32",
  byName: true,
  measure: async (bench) => {
    const resident = await warmResident(bench, wideResNetStep(1, 32));
    const { kernels } = await resident.profile();
    resident.release();
    return kernels.map(
      ({ name, ms, share, calls, flopsPerSecond, bytesPerSecond, ofLimit }): FigureRow => ({
        work: `wrn-16-1-kernels-b32 ${name}`,
        unit: "ms",
        ours: ms,
        runs: calls,
        also: { share, gflop_per_s: flopsPerSecond / 1e9, gb_per_s: bytesPerSecond / 1e9, of_limit: ofLimit },
      }),
    );
  },
};
