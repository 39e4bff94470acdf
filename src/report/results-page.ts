import { csvOf } from "./csv.ts";
import { definitionsSection } from "./definitions.ts";
import { epochSection } from "./epoch-section.ts";
import type { dotFigure, histogramFigure, lineFigure } from "./figures.ts";
import { findingsOf } from "./findings.ts";
import { firstSection } from "./first-section.ts";
import { html } from "./html.ts";
import { sheetSection, suspectSection } from "./image-sections.ts";
import type { TextTable } from "./latex.ts";
import { latexTables } from "./latex.ts";
import { lossSection } from "./loss-section.ts";
import { page, tableOf } from "./page.ts";
import { projectionSection } from "./projection-section.ts";
import { rateSection } from "./rate-section.ts";
import type { FailedReportCell, ReportCell } from "./report-cell.ts";
import { settingsOf } from "./report-cell.ts";
import { rocSection } from "./roc-section.ts";
import type { Section } from "./section.ts";
import { settingsSection } from "./settings-section.ts";

/** What a report is made of. */
export interface Results {
  readonly title: string;
  /** In the order of the page. */
  readonly cells: readonly ReportCell[];
  readonly failed: readonly FailedReportCell[];
  /** Trainings that were begun, and are neither finished nor failed. */
  readonly unfinished: number;
  /** The ranking of the defences, for each data set and model. */
  readonly tables: readonly TextTable[];
  /** What draws; handed in because it is loaded apart. */
  readonly figures: {
    readonly lineFigure: typeof lineFigure;
    readonly histogramFigure: typeof histogramFigure;
    readonly dotFigure: typeof dotFigure;
  };
}

/** A file of a report. */
export interface ReportFile {
  /** Beside the page. */
  readonly name: string;
  readonly content: string;
}

/** The page, one HTML file that needs nothing else, and the numbers that it shows as files of their own. */
export async function resultsPage(
  results: Results,
): Promise<{ readonly page: string; readonly files: readonly ReportFile[] }> {
  const { title, cells, failed, unfinished, tables, figures } = results;
  const settings = settingsOf(cells);
  const sections: readonly Section[] = [
    firstSection(findingsOf(settings, failed), unfinished),
    tableSection(tables),
    epochSection(settings, figures.lineFigure),
    lossSection(settings, figures.histogramFigure),
    rocSection(settings, figures.lineFigure),
    rateSection(cells, figures.lineFigure),
    await sheetSection(settings),
    projectionSection(settings, figures.dotFigure),
    await suspectSection(settings),
    settingsSection(cells),
    definitionsSection(cells),
  ];
  const body = html`<header><h1>${title}</h1>
<p>${countOf(cells)}</p></header>
<main>
${sections.map((section) => section.body)}
</main>`;
  const data = sections.flatMap((section) => Object.entries(section.data));
  const files = data.map(([name, { header, rows }]) => ({ name: `${name}.csv`, content: csvOf(header, rows) }));
  return { page: page(title, body), files: [...files, { name: "table.tex", content: latexTables(tables) }] };
}

function countOf(cells: readonly ReportCell[]): string {
  const count = (of: (cell: ReportCell) => string | number, one: string, many: string): string => {
    const n = new Set(cells.map(of)).size;
    return `${n} ${n === 1 ? one : many}`;
  };
  const axes = [
    count(({ place }) => place.data, "data set", "data sets"),
    count(({ place }) => place.model, "model", "models"),
    count(({ place }) => place.attack, "attack", "attacks"),
    count(({ place }) => place.defence, "defence", "defences"),
    count(({ place }) => place.seed, "seed", "seeds"),
  ];
  return `${cells.length} finished ${cells.length === 1 ? "training" : "trainings"}: ${axes.join(", ")}. CSV files of all numbers, and the tables for LaTeX, are in the folder beside this page.`;
}

function tableSection(tables: readonly TextTable[]): Section {
  const parts = tables.map(
    ({ heading, header, rows, note }) => html`<h3>${heading}</h3>\n${tableOf(header, rows)}\n<p>${note}</p>\n`,
  );
  const data = tables.flatMap(({ heading, header, rows }) =>
    rows.flatMap((row) => row.map((cell, at) => [heading, row[0]!, header[at]!, cell])),
  );
  return {
    body: html`<h2>Defences, ranked by their worst attack</h2>\n${parts}`,
    data: { table: { header: ["table", "defence", "column", "value"], rows: data } },
  };
}
