import { cbd } from "../backdoor/defences/cbd.ts";
import type { Flag } from "../backdoor/flags.ts";
import type { CellGroup, FailedReportCell, Place, ReportCell, ReportRates, Setting } from "./report-cell.ts";

/** Something that a reader must know before any rate. */
export interface Finding {
  readonly kind: "failed cell" | "failed promise" | "flag";
  /** In one or two words. */
  readonly what: string;
  readonly place: Omit<Place, "seed">;
  readonly seeds: readonly number[];
  readonly detail: string;
}

/** Points by which a rate may be worse: of cbd's ASR above its clean target rate, of CA below that without a defence. */
const allowance = 3;

/** Failed cells, then broken promises of cbd, then flags. */
export function findingsOf(settings: readonly Setting[], failed: readonly FailedReportCell[]): readonly Finding[] {
  const found = settings.flatMap((setting) => {
    const base = setting.groups.find(({ cells }) => cells[0]!.undefended);
    return setting.groups.flatMap((group) => [...promises(group, base), ...flags(group, base)]);
  });
  const failures = failed.map(({ place: { seed, ...place }, error }): Finding => {
    return { kind: "failed cell", what: "failed", place, seeds: [seed], detail: error.split("\n")[0]! };
  });
  const order = ["failed promise", "flag"];
  return [...failures, ...found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))];
}

/** What holds for the means over the seeds. */
function promises({ place, cells }: CellGroup, base: CellGroup | undefined): Finding[] {
  const isCbd = cells[0]!.defence === cbd.name;
  const kind = isCbd ? "failed promise" : "flag";
  const seeds = cells.map((cell) => cell.place.seed);
  const [asr, target, ca] = [mean(cells, "asr"), mean(cells, "cleanTargetRate"), mean(cells, "ca")!];
  const found: Finding[] = [];
  if (isCbd && asr !== null && target !== null && asr > target + allowance) {
    const detail = `ASR ${asr.toFixed(1)} %: more than ${allowance} points above its clean target rate, ${target.toFixed(1)} %`;
    found.push({ kind, what: "ASR", place, seeds, detail });
  }
  const before = base === undefined || base.cells[0] === cells[0] ? null : mean(base.cells, "ca");
  if (before !== null && before - ca > allowance) {
    const detail = `CA ${ca.toFixed(1)} %: more than ${allowance} points below that without a defence, ${before.toFixed(1)} %`;
    found.push({ kind, what: "CA", place, seeds, detail });
  }
  return found;
}

/** What single cells are flagged with, each kind once with its seeds; and a lost target class, which needs another cell to be seen. */
function flags({ place, cells }: CellGroup, base: CellGroup | undefined): Finding[] {
  const found = new Map<Flag["kind"], { what: Flag["kind"]; seeds: number[]; details: Set<string> }>();
  const add = (what: Flag["kind"], seed: number, detail: string): void => {
    const known = found.get(what) ?? { what, seeds: [], details: new Set() };
    found.set(what, known);
    if (known.seeds.at(-1) !== seed) known.seeds.push(seed);
    known.details.add(detail);
  };
  const before = base === undefined || cells[0]!.undefended ? null : mean(base.cells, "targetAccuracy");
  for (const { place, result } of cells) {
    const { ca, flags: own, classAccuracy, targetAccuracy } = result;
    for (const flag of own) {
      if (flag.kind === "collapsed") add(flag.kind, place.seed, `${ca.toFixed(1)} %`);
      if (flag.kind === "class lost") {
        add(flag.kind, place.seed, `class ${flag.label} (${(classAccuracy[flag.label] ?? 0).toFixed(1)} %)`);
      }
      if (flag.kind === "attack not learned") add(flag.kind, place.seed, `${(result.asr ?? 0).toFixed(1)} %`);
    }
    const told = own.some(({ kind }) => kind === "target class lost");
    const lost = before !== null && targetAccuracy !== null && targetAccuracy < before / 2;
    if (told || lost) add("target class lost", place.seed, `${(targetAccuracy ?? 0).toFixed(1)} %`);
  }
  return [...found.values()].map(({ what, seeds, details }) => {
    const detail = explain(
      what,
      [...details].sort((a, b) => a.localeCompare(b, "en", { numeric: true })).join(", "),
      before,
    );
    return { kind: "flag", what, place, seeds, detail };
  });
}

/** @param figures - of the cells. @param before - accuracy of the target class without a defence, where there is such a training. */
function explain(kind: Flag["kind"], figures: string, before: number | null): string {
  switch (kind) {
    case "collapsed":
      return `CA ${figures}: hardly better than always naming one class, so the other rates mean nothing`;
    case "class lost":
      return `accuracy below a quarter of CA: ${figures}`;
    case "attack not learned":
      return `ASR ${figures} without a defence, below 80 %: a low ASR proves no defence`;
    case "target class lost": {
      const than = before === null ? "that without a defence" : `that without a defence, ${before.toFixed(1)} %`;
      return `accuracy of the target class ${figures}, below half of ${than}: a low ASR is bought with the class`;
    }
  }
}

/** Mean over the cells that have the rate; null if none has. */
function mean(cells: readonly ReportCell[], rate: keyof ReportRates): number | null {
  const values = cells.flatMap(({ result }) => result[rate] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
