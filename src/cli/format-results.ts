import { none } from "../backdoor/defences/none.ts";
import type { Flag } from "../backdoor/flags.ts";
import { needOf } from "./need.ts";
import type { RunReport } from "./run-report.ts";
import { formatTable } from "./table.ts";

/**
 * The table that `train` prints, and under it what its rows do not say by themselves.
 *
 * @param classNames - by label; numbers where there are none.
 */
export function formatResults(
  { results, sets }: Pick<RunReport, "results" | "sets">,
  classNames: readonly string[] = [],
): string {
  const show = (value: number | null): string => (value === null ? "-" : value.toFixed(1));
  const header = ["defence", "CA %", "ASR %", "clean target %", "RA %", "target class %", "worst class %"];
  const plain = results.find(({ defence }) => defence === none.name);
  const times = (cost: number, base: number | undefined): readonly string[] =>
    base === undefined ? [] : [(cost / base).toFixed(2)];
  const beside = plain === undefined ? [] : ["× none"];
  const rows = results.map((result) => [
    result.defence + needOf(result.defence, sets),
    ...[result.ca, result.asr, result.cleanTargetRate, result.ra, result.targetAccuracy].map(show),
    show(Math.min(...result.classAccuracy)),
    result.forwardEquivalents.toFixed(1),
    ...times(result.forwardEquivalents, plain?.forwardEquivalents),
    result.seconds.toFixed(1),
    ...times(result.seconds, plain?.seconds),
    result.imagesPerSecond.toFixed(0),
  ]);
  const others = results.flatMap(({ defence, others }) =>
    others.map((other) => {
      const rates = `ASR ${show(other.asr)} %, clean target ${show(other.cleanTargetRate)} %, RA ${show(other.ra)} %`;
      return `${defence}, attack ${other.attack}: ${rates}, target class ${show(other.targetAccuracy)} %\n`;
    }),
  );
  const flags = results.flatMap(({ defence, flags: found, classAccuracy }) =>
    found.map((flag) => `${defence}: ${describeFlag(flag, classNames, classAccuracy)}\n`),
  );
  return (
    formatTable([...header, "passes", ...beside, "seconds", ...beside, "images/s"], rows) +
    others.join("") +
    flags.join("")
  );
}

function describeFlag(flag: Flag, classNames: readonly string[], classAccuracy: readonly number[]): string {
  switch (flag.kind) {
    case "collapsed":
      return "COLLAPSED: hardly better than always naming one class, so its other rates mean nothing";
    case "class lost": {
      const name = className(flag.label, classNames);
      const accuracy = classAccuracy[flag.label]!.toFixed(1);
      return `CLASS LOST: only ${accuracy} % of the test images of class ${name} are called by their label`;
    }
    case "target class lost":
      return "TARGET CLASS LOST: the target's accuracy is below half of the undefended model's, so a low ASR is bought with the class";
    case "attack not learned":
      return "ATTACK NOT LEARNED: the undefended model calls fewer than 80 % of the triggered images the target, so a low ASR proves no defence";
  }
}

/** `7 rows`, or `7` without names. */
export function className(label: number, classNames: readonly string[] = []): string {
  return `${label} ${classNames[label] ?? ""}`.trimEnd();
}
