import type { Defended } from "../backdoor/defence.ts";
import { diagnose, suspectsCsv, suspicionQuality } from "../backdoor/diagnostics.ts";
import { className } from "./format-results.ts";
import type { OpenRun } from "./prepare-run.ts";
import type { Progress } from "./progress.ts";
import type { SuspectReport } from "./run-report.ts";
import { percent } from "./run-report.ts";

/** Ranks the training images by a defence's suspicion, writes suspects.csv, says what the ranking tells. */
export async function rankSuspects(
  { data, folder, identity }: OpenRun,
  defence: string,
  { suspicion, evidence }: Pick<Defended<object, object>, "suspicion" | "evidence">,
  progress: Progress,
): Promise<SuspectReport> {
  const diagnosis = diagnose(data.train, suspicion!);
  folder?.put("suspects.csv", suspectsCsv(diagnosis.suspects, evidence, identity.run));
  const { poisoned } = data;
  const known = poisoned !== null && poisoned.length > 0 && poisoned.length < data.train.count;
  const quality = known ? suspicionQuality(diagnosis.suspects, poisoned) : null;
  const report: SuspectReport = {
    defence,
    finding: diagnosis.finding,
    classes: diagnosis.classes,
    estimatedPoisonRate: percent(diagnosis.estimatedRate),
    suspectedTarget: diagnosis.suspectedTarget,
    auroc: quality?.auroc ?? null,
    precision: quality === null ? null : percent(quality.precision),
  };
  progress.note(`${defence}: ${describeFinding(report, data.train.classNames)}${describeQuality(report)}`);
  return report;
}

type Found = Pick<SuspectReport, "finding" | "classes" | "estimatedPoisonRate" | "suspectedTarget">;

const lookedFor = "Looked for a part of one class that stands apart from the rest; what is made otherwise is not seen";

/** A finding in one or two sentences. That nothing was found is not said to mean that nothing is there. */
export function describeFinding(
  { finding, classes, estimatedPoisonRate, suspectedTarget }: Found,
  classNames?: readonly string[],
): string {
  const share = `${estimatedPoisonRate.toFixed(1)} %`;
  const name = className(suspectedTarget, classNames);
  const { count, suspects } = classes[suspectedTarget]!;
  switch (finding) {
    case "nothing":
      return `nothing found: no second group of images stands apart, so the order of the suspects means nothing. ${lookedFor}`;
    case "scattered":
      return `nothing found: ${share} stand apart, but no class holds half of them, as with wrong labels or rare classes. ${lookedFor}`;
    case "wholeClass":
      return `class ${name} stands apart as a whole, ${suspects} of its ${count} images: an easy class does so, and one of which most is poisoned. Look at them before you drop any`;
    case "poison":
      return `${share} look poisoned, target class ${name}`;
  }
}

function describeQuality({ auroc, precision }: SuspectReport): string {
  return auroc === null ? "" : `; AUROC ${auroc.toFixed(3)}, precision ${precision!.toFixed(1)} %`;
}
