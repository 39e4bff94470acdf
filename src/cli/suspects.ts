import type { Defended } from "../backdoor/defence.ts";
import { diagnose, suspectsCsv, suspicionQuality } from "../backdoor/diagnostics.ts";
import { auroc } from "../backdoor/metrics.ts";
import { lateWords } from "../backdoor/scan/late/late-words.ts";
import type { Scan } from "../backdoor/scan/scan.ts";
import { verdictOf } from "../backdoor/scan/verdict.ts";
import { className } from "./format-results.ts";
import type { OpenRun } from "./prepare-run.ts";
import type { Progress } from "./progress.ts";
import type { SuspectReport } from "./run-report.ts";
import { percent } from "./run-report.ts";
import { latePageOf, scanPageOf } from "./scan-files.ts";
import { scanCsv } from "./scan-results.ts";

type Suspicion = Pick<Defended<object, object>, "suspicion" | "evidence" | "scan" | "late">;

/** Ranks the training images by a defence's suspicion, writes suspects.csv and its page, says what the ranking tells. */
export async function rankSuspects(
  run: OpenRun,
  defence: string,
  suspicion: Suspicion,
  progress: Progress,
): Promise<SuspectReport> {
  const { scan } = suspicion;
  return scan === undefined
    ? rankAll(run, defence, suspicion, progress)
    : nameSuspects(run, defence, { ...suspicion, scan }, progress);
}

/** Of a defence that scanned the set: the images that it names. */
async function nameSuspects(
  { data, folder, identity, config, device }: OpenRun,
  defence: string,
  { scan, late }: Suspicion & { readonly scan: Scan },
  progress: Progress,
): Promise<SuspectReport> {
  const { train, poisoned, parts } = data;
  const isLate = late !== undefined && late.kind !== "nothing";
  const named = isLate ? { ...scan, found: true, ...late } : scan;
  const set = { dataset: train, paths: parts.paths };
  folder?.put("suspects.csv", scanCsv({ ...set, scan: named }, identity.run));
  if (folder !== undefined) {
    const source = config.dataset.folder ?? `dataset ${config.dataset.format}`;
    const origin = { ...set, scan, device, seed: config.seed, seconds: null, source };
    folder.put("suspects.html", isLate ? await latePageOf(origin, late) : await scanPageOf(origin));
  }
  const classes = Array.from({ length: train.classes }, () => ({ count: 0, suspects: 0 }));
  for (const label of train.labels) classes[label]!.count++;
  for (const index of named.suspects) classes[train.labels[index]!]!.suspects++;
  const most = classes.reduce((best, { suspects }, label) => (suspects > classes[best]!.suspects ? label : best), 0);
  const { kind, sentence, notes } = verdictOf(scan, train);
  const early = { poison: "poison", wholeClass: "wholeClass", unconfirmed: "nothing", nothing: "nothing" } as const;
  const known = poisoned !== null && poisoned.length > 0 && poisoned.length < train.count;
  const truth = new Set(poisoned);
  const hits = named.suspects.filter((index) => truth.has(index)).length;
  const report: SuspectReport = {
    defence,
    finding: isLate ? "poison" : early[kind],
    classes,
    estimatedPoisonRate: percent(named.suspects.length / train.count),
    suspectedTarget: most,
    auroc: known ? auroc(named.score, (index) => truth.has(index)) : null,
    precision: known && named.suspects.length > 0 ? percent(hits / named.suspects.length) : null,
    recall: known ? percent(hits / truth.size) : null,
  };
  const words = isLate
    ? lateWords(late, train)
    : [sentence, ...notes, ...(late === undefined ? [] : lateWords(late, train))];
  progress.note(`${defence}: ${words.join(" ")}${describeQuality(report)}`);
  return report;
}

/** Of a defence that ranks the images and names none. */
function rankAll(
  { data, folder, identity }: OpenRun,
  defence: string,
  { suspicion, evidence }: Suspicion,
  progress: Progress,
): SuspectReport {
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
    recall: null,
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

function describeQuality({ auroc, precision, recall }: SuspectReport): string {
  const shares = [
    ["precision", precision],
    ["recall", recall],
  ] as const;
  const known = shares.flatMap(([name, share]) => (share === null ? [] : [`, ${name} ${share.toFixed(1)} %`]));
  return auroc === null ? "" : `; AUROC ${auroc.toFixed(3)}${known.join("")}`;
}
