import { none } from "../backdoor/defences/none.ts";
import type { CellLabels, Entry, Score, Spread, Standing, Standings, Times } from "../experiment/index.ts";
import { standingsOf } from "../experiment/index.ts";
import type { TextTable } from "../report/latex.ts";
import { printable } from "../tensor/printable.ts";
import { needOf } from "./need.ts";
import type { Result, RunReport } from "./run-report.ts";

/** What a ranking needs of a cell. */
export interface RankedCell {
  readonly labels: CellLabels;
  readonly result: Pick<
    Result,
    "defence" | "flags" | "ca" | "asr" | "cleanTargetRate" | "targetAccuracy" | "seconds"
  > & { readonly forwardEquivalents?: number | undefined }; // files of older versions have none
  readonly sets: Pick<RunReport["sets"], "train" | "clean">;
}

/** With what its cells are flagged. */
export interface RankedTable extends TextTable {
  readonly flags: readonly string[];
}

const costNote =
  "Passes: floating-point operations of a training, in forward passes of the delivered model over the training set. × none: against training without a defence under the same attack, mean over the cells and the most.";

/** The ranking of the defences, for each data set and model. */
export function rankedTables(found: readonly RankedCell[]): readonly RankedTable[] {
  return standingsOf(found.map(scoreOf)).map((standings) => tableOf(standings, found));
}

function scoreOf({ labels, result }: RankedCell): Score {
  const {
    defence,
    flags,
    ca,
    asr,
    cleanTargetRate,
    targetAccuracy,
    forwardEquivalents: passes = null,
    seconds,
  } = result;
  const kinds = flags.map(({ kind }) => kind);
  const cost = { undefended: defence === none.name, passes, seconds };
  return { labels, ...cost, ca, asr, cleanTargetRate, targetAccuracy, flags: kinds };
}

function tableOf(standings: Standings, found: readonly RankedCell[]): RankedTable {
  const { data, model, attacks, learned, rows } = standings;
  const needOfRow = (label: string): string => {
    const { result, sets } = found.find(({ labels }) => labels.defence === label)!;
    return needOf(result.defence, sets);
  };
  return {
    heading: `${printable(data)}, ${printable(model)}`,
    header: [
      "defence",
      "worst ASR %",
      "CA − ASR",
      "DER %",
      ...["passes", "passes × none", "seconds", "seconds × none"],
      ...attacks.map((attack) => `${printable(attack)}: CA / ASR %`),
    ],
    rows: rows.map((row) => [
      printable(row.defence) + needOfRow(row.defence),
      row.worst === null ? "-" : `${row.worst.asr.toFixed(1)}${row.missing.length === 0 ? "" : " so far"}`,
      row.margin === null ? "-" : row.margin.toFixed(1),
      row.der === null ? "-" : row.der.toFixed(1),
      row.cost.passes?.toFixed(0) ?? "-",
      timesText(row.cost.timesPasses),
      row.cost.seconds.toFixed(0),
      timesText(row.cost.timesSeconds),
      ...row.entries.map((entry) => (entry === null ? "-" : `${spreadText(entry.ca)} / ${spreadText(entry.asr)}`)),
    ]),
    note: `Ranked by the worst ASR over the attacks that the undefended model learned (ASR of 80 % or more): ${learned.map((one) => printable(one)).join(", ") || "none so far"}. ${costNote}`,
    flags: rows.flatMap(flagNotes),
  };
}

function flagNotes({ defence, entries }: Standing): readonly string[] {
  return entries.flatMap((entry: Entry | null) =>
    (entry?.flags ?? []).map((flag) => `${printable(defence)}, ${printable(entry!.attack)}: ${flag}.`),
  );
}

/** `1.18`, or `1.18 (most 1.27)`. */
function timesText(times: Times | null): string {
  if (times === null) return "-";
  const [mean, most] = [times.mean, times.most].map((one) => one.toFixed(2));
  return mean === most ? mean! : `${mean} (most ${most})`;
}

function spreadText(spread: Spread | null): string {
  if (spread === null) return "-";
  return spread.mean.toFixed(1) + (spread.sd === null ? "" : ` ± ${spread.sd.toFixed(1)}`);
}
