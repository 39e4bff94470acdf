import type { AdapterLimits, ProfileReport } from "../../tensor/device.ts";
import { profileReport } from "../../tensor/profile-report.ts";
import type { PlannedStep } from "../plan/planned-step.ts";
import { walkSteps } from "../plan/planned-step.ts";
import type { Gpu } from "./gpu.ts";
import type { Loaded } from "./plan-store.ts";
import type { Range } from "./range.ts";
import { timePasses } from "./timestamps.ts";

const rounds = 3;

/**
 * Runs a plan four times, the first time only to have the driver compile, and takes each dispatch's median. Each is in a pass of
 * its own between two timestamps, so the sum exceeds a plain call a little. Updates in place are repeated: donated leaves are spent.
 */
export async function profileExecutable(
  loaded: Loaded,
  ranges: readonly Range[],
  gpu: Gpu,
  limits: AdapterLimits,
): Promise<ProfileReport> {
  const steps: PlannedStep[] = [];
  walkSteps(loaded.plan.steps, (at) => void steps.push(loaded.plan.steps[at]!));
  const runs: number[][] = [];
  for (let round = 0; round <= rounds; round++) {
    const times = await timePasses(gpu, `profile ${loaded.name}`, steps.length, (encoder, stampsOf) =>
      loaded.executable.encode(encoder, ranges, stampsOf),
    );
    if (round > 0) runs.push(times);
  }
  const median = (at: number): number => runs.map((times) => times[at]!).sort((a, b) => a - b)[rounds >> 1]!;
  const dispatches = steps.map(({ name, cost }, at) => ({ name, ms: median(at), ...cost }));
  return profileReport(dispatches, limits);
}
