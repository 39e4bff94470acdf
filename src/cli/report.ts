import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../tensor/errors.ts";
import type { Command } from "./command.ts";
import { exitCode } from "./exit-code.ts";
import { reportName, writeReport } from "./report-files.ts";

const options = {
  out: { kind: "text", default: null, form: "FILE", doc: "the page to write [DIR/report.html]" },
} as const;

/** `deconfound report`: a page that shows what trainings came to. */
export const reportCommand: Command<typeof options> = {
  name: "report",
  summary: "a page of what an experiment, or one training, came to: tables, curves and what to doubt",
  options,
  operands: { form: "DIR", doc: "folder of an experiment, or of train --out", least: 1, most: 1 },
  notes: `experiment and train --out write the same page by themselves. It is one HTML file that needs nothing else. The folder beside it, report/,
has the numbers of every figure as CSV, and the tables for LaTeX (docs/report.md).
`,
  async run(values, io, { operands }) {
    const folder = operands[0]!;
    if (!existsSync(folder)) throw new DataError(`${folder}: there is no such folder`);
    const paths = await writeReport({ folder, out: values.out ?? join(folder, reportName) });
    for (const path of paths) io.out(`${path}\n`);
    return exitCode.ok;
  },
};
