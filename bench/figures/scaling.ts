import type { BenchDevice } from "../gpu.ts";
import type { FigureRow } from "../protocol.ts";
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

async function observe(bench: BenchDevice, width: number, batch: number): Promise<Observation> {
  const resident = await warmResident(bench, wideResNetStep(width, batch));
  const { kernels } = await resident.profile();
  const ms = median(await resident.time(samples, 1));
  resident.release();
  const total = (of: "flops" | "bytes" | "calls"): number => kernels.reduce((sum, kernel) => sum + kernel[of], 0);
  return { flops: total("flops"), bytes: total("bytes"), dispatches: total("calls"), ms };
}

/** The step against batch and width, and the model of three constants that explains it. */
export const scaling: DeviceFigure = {
  name: "scaling",
  measure: async (bench) => {
    const seen: Observation[] = [];
    for (const { width, batch } of steps) seen.push(await observe(bench, width, batch));
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
