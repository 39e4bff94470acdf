import type { BenchDevice } from "../gpu.ts";
import type { FigureRow } from "../protocol.ts";
import type { Resident } from "../resident.ts";
import { median } from "../statistics.ts";
import { wideResNetStep } from "../works/wide-resnet.ts";
import type { Observation } from "./cost-model.ts";
import { fitCosts, predict } from "./cost-model.ts";
import type { DeviceFigure } from "./device-figure.ts";
import { warmResident } from "./training-step.ts";

const steps = [
  ...[8, 16, 32, 64, 128, 256].map((batch) => ({ width: 1, batch })),
  ...[2, 4].map((width) => ({ width, batch: 32 })),
];
const samples = 5;

type Counts = Omit<Observation, "ms">;

async function countsOf(resident: Resident): Promise<Counts> {
  const { kernels } = await resident.profile();
  const total = (of: "flops" | "bytes" | "calls"): number => kernels.reduce((sum, kernel) => sum + kernel[of], 0);
  return { flops: total("flops"), bytes: total("bytes"), dispatches: total("calls") };
}

/** All steps, timed in turn. */
async function observe(bench: BenchDevice): Promise<Observation[]> {
  const running: { resident: Resident; counts: Counts; taken: number[] }[] = [];
  for (const { width, batch } of steps) {
    const resident = await warmResident(bench, wideResNetStep(width, batch));
    running.push({ resident, counts: await countsOf(resident), taken: [] });
  }
  for (let round = 0; round < samples; round++) {
    for (const { resident, taken } of running) taken.push(...(await resident.time(1, 1)));
  }
  for (const { resident } of running) resident.release();
  return running.map(({ counts, taken }) => ({ ...counts, ms: median(taken) }));
}

/** The step against batch and width, and the model of three constants that explains it. */
export const scaling: DeviceFigure = {
  name: "scaling",
  measure: async (bench) => {
    const seen = await observe(bench);
    const model = fitCosts(seen);
    const curve = steps.map(({ width, batch }, i): FigureRow => {
      const { ms, flops, bytes, dispatches } = seen[i]!;
      const counts = { gflop: flops / 1e9, gb: bytes / 1e9, dispatches };
      const also = { predicted_ms: predict(model, seen[i]!), images_per_s: (1e3 * batch) / ms, ...counts };
      return { work: `scaling-wrn-16-${width}-step-b${batch}`, unit: "ms", ours: ms, runs: samples, also };
    });
    const constants = {
      ms_per_gflop: 1e9 * model.flops,
      ms_per_gb: 1e9 * model.bytes,
      us_per_dispatch: 1e3 * model.dispatches,
    };
    const errors = seen.map((each) => Math.abs(predict(model, each) / each.ms - 1));
    const fit = { work: "scaling-model-largest-error", unit: "ratio", ours: Math.max(...errors), runs: seen.length };
    return [...curve, { ...fit, also: constants }];
  },
};
