import { defences } from "../backdoor/defences/index.ts";
import { csvOf } from "../report/csv.ts";
import { printable } from "../tensor/printable.ts";
import type { CellStore } from "./cell-store.ts";
import { resultOf } from "./cell-store.ts";
import type { NamedCell } from "./experiment-cells.ts";
import type { RankedTable } from "./ranked-tables.ts";
import { rankedTables } from "./ranked-tables.ts";
import { byName } from "./run-config.ts";
import { formatTable } from "./table.ts";

const header = [
  ...[
    "cell",
    "data",
    "attack",
    "model",
    "defence",
    "seed",
    "ca",
    "asr",
    "clean_target_rate",
    "ra",
    "target_accuracy",
    "worst_class",
  ],
  ...["flags", "train_images", "poisoned", "clean_images", "test_images", "triggered"],
  ...["needs", "flops", "forward_equivalents", "seconds", "device"],
];

/** One line per finished cell. */
export function resultsCsv(cells: readonly NamedCell[], store: CellStore): string {
  const rows = cells.flatMap((cell) => {
    const found = store.finished(cell);
    if (found === undefined) return [];
    const { labels, report } = found;
    const { ca, asr, cleanTargetRate, ra, targetAccuracy, classAccuracy, flags } = resultOf(found);
    const { defence, flops, forwardEquivalents, seconds } = resultOf(found);
    const { train, poisoned, clean = 0, test, triggered } = report.sets;
    return [
      [
        ...[cell.name, labels.data, labels.attack, labels.model, labels.defence, labels.seed],
        ...[ca, asr, cleanTargetRate, ra, targetAccuracy, Math.min(...classAccuracy)],
        flags.map(({ kind }) => kind).join("; "),
        ...[train, poisoned, clean, test, triggered],
        ...[byName(defences, defence).needs, flops, forwardEquivalents.toFixed(3), seconds.toFixed(1)],
        report.device.description,
      ],
    ];
  });
  return csvOf(header, rows);
}

/** The ranking in Markdown, with all rates. */
export function resultsMarkdown(title: string, cells: readonly NamedCell[], store: CellStore): string {
  const line = (columns: readonly string[]): string =>
    `| ${columns.map((one) => one.replaceAll("|", "\\|")).join(" | ")} |`;
  const sections = tablesOf(cells, store).map(
    ({ heading, header, rows, note, flags }) =>
      `## ${heading}\n\n${[line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n")}\n\n${[note, ...flags].map((said) => `${said}\n`).join("")}`,
  );
  return `# ${printable(title)}\n\n${sections.join("\n")}`;
}

/** The ranking for a terminal. */
export function resultsText(cells: readonly NamedCell[], store: CellStore): string {
  return tablesOf(cells, store)
    .map(
      ({ heading, header, rows, note, flags }) =>
        `${heading}\n${formatTable(header, rows)}${[note, ...flags].map((said) => `${said}\n`).join("")}`,
    )
    .join("\n");
}

function tablesOf(cells: readonly NamedCell[], store: CellStore): readonly RankedTable[] {
  const found = cells.flatMap((cell) => store.finished(cell) ?? []);
  return rankedTables(found.map((cell) => ({ labels: cell.labels, result: resultOf(cell), sets: cell.report.sets })));
}
