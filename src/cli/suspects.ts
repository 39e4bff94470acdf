import { join } from "node:path";
import type { Defended } from "../backdoor/defence.ts";
import { diagnose, suspectsCsv, suspicionQuality } from "../backdoor/diagnostics.ts";
import { writeAtomically } from "../node/index.ts";
import type { OpenRun } from "./prepare-run.ts";
import type { Progress } from "./progress.ts";
import type { SuspectReport } from "./run-report.ts";
import { percent } from "./run-report.ts";

/** Ranks the training images by a defence's suspicion, writes suspects.csv, says what the ranking tells. */
export async function rankSuspects(
  { data, folder }: OpenRun,
  defence: string,
  { suspicion, evidence }: Pick<Defended<object, object>, "suspicion" | "evidence">,
  progress: Progress,
): Promise<SuspectReport> {
  const diagnosis = diagnose(data.train, suspicion!);
  if (folder !== undefined) writeAtomically(join(folder, "suspects.csv"), suspectsCsv(diagnosis.suspects, evidence));
  const { poisoned } = data;
  const known = poisoned !== null && poisoned.length > 0 && poisoned.length < data.train.count;
  const quality = known ? suspicionQuality(diagnosis.suspects, poisoned) : null;
  const report: SuspectReport = {
    defence,
    estimatedPoisonRate: percent(diagnosis.estimatedRate),
    suspectedTarget: diagnosis.suspectedTarget,
    auroc: quality?.auroc ?? null,
    precision: quality === null ? null : percent(quality.precision),
  };
  progress.note(describe(report, data.train.classNames?.[report.suspectedTarget]));
  return report;
}

function describe(report: SuspectReport, className = ""): string {
  const { defence, estimatedPoisonRate, suspectedTarget, auroc, precision } = report;
  const guess =
    `${defence}: ${estimatedPoisonRate.toFixed(1)} % look poisoned, target class ${suspectedTarget} ${className}`.trimEnd();
  return auroc === null ? guess : `${guess}; AUROC ${auroc.toFixed(3)}, precision ${precision!.toFixed(1)} %`;
}
