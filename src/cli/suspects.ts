import { join } from "node:path";
import { putDataset } from "../backdoor/device-data.ts";
import { diagnose, suspectsCsv, weightQuality } from "../backdoor/diagnostics.ts";
import { createPredictor } from "../backdoor/predict.ts";
import type { Trained } from "../backdoor/train.ts";
import { writeAtomically } from "../node/index.ts";
import type { OpenRun } from "./prepare-run.ts";
import type { Progress } from "./progress.ts";
import type { SuspectReport } from "./run-report.ts";
import { percent } from "./run-report.ts";

/** Ranks the training images by weight, writes suspects.csv, says what the ranking tells. */
export async function findSuspects(
  { device, classifier, data, folder }: OpenRun,
  { network, backdoored }: Trained<object, object>,
  progress: Progress,
): Promise<SuspectReport | null> {
  if (backdoored === null) return null;
  const predictor = createPredictor(device, classifier);
  const onDevice = putDataset(device, data.train);
  const diagnosis = diagnose(data.train, await predictor(backdoored, onDevice), await predictor(network, onDevice));
  device.free(onDevice);
  if (folder !== undefined) writeAtomically(join(folder, "suspects.csv"), suspectsCsv(diagnosis.suspects));
  const { poisoned } = data;
  const known = poisoned !== null && poisoned.length > 0 && poisoned.length < data.train.count;
  const quality = known ? weightQuality(diagnosis.suspects, poisoned) : null;
  const report: SuspectReport = {
    estimatedPoisonRate: percent(diagnosis.estimatedRate),
    suspectedTarget: diagnosis.suspectedTarget,
    auroc: quality?.auroc ?? null,
    precision: quality === null ? null : percent(quality.precision),
  };
  progress.note(describe(report, data.train.classNames?.[report.suspectedTarget]));
  return report;
}

function describe({ estimatedPoisonRate, suspectedTarget, auroc, precision }: SuspectReport, name = ""): string {
  const guess =
    `weights: ${estimatedPoisonRate.toFixed(1)} % look poisoned, target class ${suspectedTarget} ${name}`.trimEnd();
  return auroc === null ? guess : `${guess}; AUROC ${auroc.toFixed(3)}, precision ${precision!.toFixed(1)} %`;
}
