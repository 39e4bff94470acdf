import { defences } from "../backdoor/defences/index.ts";
import { none } from "../backdoor/defences/none.ts";
import type { Entry, Score, Spread, Standing, Standings } from "../experiment/index.ts";
import { standingsOf } from "../experiment/index.ts";
import { printable } from "../tensor/printable.ts";
import type { CellStore, FinishedCell } from "./cell-store.ts";
import { resultOf } from "./cell-store.ts";
import type { NamedCell } from "./experiment-cells.ts";
import { byName } from "./run-config.ts";
import { formatTable } from "./table.ts";

/** One line per finished cell. */
export function resultsCsv(cells: readonly NamedCell[], store: CellStore): string {
  const header =
    "cell,data,attack,model,defence,seed,ca,asr,clean_target_rate,ra,target_accuracy,worst_class,flags,train_images,poisoned,test_images,triggered,seconds,device";
  const rows = cells.flatMap((cell) => {
    const found = store.finished(cell);
    if (found === undefined) return [];
    const { labels, report } = found;
    const { ca, asr, cleanTargetRate, ra, targetAccuracy, classAccuracy, flags, seconds } = resultOf(found);
    const { train, poisoned, test, triggered } = report.sets;
    return [
      [
        ...[cell.name, labels.data, labels.attack, labels.model, labels.defence, labels.seed],
        ...[ca, asr, cleanTargetRate, ra, targetAccuracy, Math.min(...classAccuracy)],
        flags.map(({ kind }) => kind).join("; "),
        ...[train, poisoned, test, triggered, seconds.toFixed(1), report.device.description],
      ],
    ];
  });
  return `${[header, ...rows.map((row) => row.map(csvField).join(","))].join("\n")}\n`;
}

function csvField(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The ranking in Markdown, with all rates. */
export function resultsMarkdown(title: string, cells: readonly NamedCell[], store: CellStore): string {
  const line = (columns: readonly string[]): string =>
    `| ${columns.map((one) => one.replaceAll("|", "\\|")).join(" | ")} |`;
  const sections = tablesOf(cells, store).map(
    ({ heading, header, rows, notes }) =>
      `## ${heading}\n\n${[line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n")}\n\n${notes.map((note) => `${note}\n`).join("")}`,
  );
  return `# ${printable(title)}\n\n${sections.join("\n")}`;
}

/** The ranking for a terminal. */
export function resultsText(cells: readonly NamedCell[], store: CellStore): string {
  return tablesOf(cells, store)
    .map(
      ({ heading, header, rows, notes }) =>
        `${heading}\n${formatTable(header, rows)}${notes.map((note) => `${note}\n`).join("")}`,
    )
    .join("\n");
}

interface Table {
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

function tablesOf(cells: readonly NamedCell[], store: CellStore): readonly Table[] {
  const found = cells.flatMap((cell) => store.finished(cell) ?? []);
  return standingsOf(found.map(scoreOf)).map((standings) => tableOf(standings, found));
}

function scoreOf(cell: FinishedCell): Score {
  const { labels } = cell;
  const { defence, flags, ca, asr, cleanTargetRate, targetAccuracy, seconds } = resultOf(cell);
  const kinds = flags.map(({ kind }) => kind);
  return { labels, undefended: defence === none.name, ca, asr, cleanTargetRate, targetAccuracy, seconds, flags: kinds };
}

const needs = { nothing: "", cleanSubset: " (needs clean images)", poisonRate: " (needs the rate)" } as const;

function tableOf(standings: Standings, found: readonly FinishedCell[]): Table {
  const { data, model, attacks, learned, rows } = standings;
  const needOf = (label: string): string => {
    const cell = found.find(({ labels }) => labels.defence === label)!;
    return needs[byName(defences, resultOf(cell).defence).needs];
  };
  return {
    heading: `${printable(data)}, ${printable(model)}`,
    header: ["defence", "worst ASR %", "DER %", ...attacks.map((attack) => `${printable(attack)}: CA / ASR %`)],
    rows: rows.map((row) => [
      printable(row.defence) + needOf(row.defence),
      row.worst === null ? "-" : `${row.worst.asr.toFixed(1)}${row.missing.length === 0 ? "" : " so far"}`,
      row.der === null ? "-" : row.der.toFixed(1),
      ...row.entries.map((entry) => (entry === null ? "-" : `${spreadText(entry.ca)} / ${spreadText(entry.asr)}`)),
    ]),
    notes: [
      `Ranked by the worst ASR over the attacks that the undefended model learned (ASR of 80 % or more): ${learned.map((one) => printable(one)).join(", ") || "none so far"}.`,
      ...rows.flatMap(flagNotes),
    ],
  };
}

function flagNotes({ defence, entries }: Standing): readonly string[] {
  return entries.flatMap((entry: Entry | null) =>
    (entry?.flags ?? []).map((flag) => `${printable(defence)}, ${printable(entry!.attack)}: ${flag}.`),
  );
}

function spreadText(spread: Spread | null): string {
  if (spread === null) return "-";
  return spread.mean.toFixed(1) + (spread.sd === null ? "" : ` ± ${spread.sd.toFixed(1)}`);
}
