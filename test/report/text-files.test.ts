import { expect, test } from "vitest";
import { csvOf } from "../../src/report/csv.ts";
import { latexTables } from "../../src/report/latex.ts";

test("a CSV cell is never a formula, and holds what it held", () => {
  const text = csvOf(
    ["a", "b"],
    [
      ["=SUM(A1)", -1.5],
      ["+x", null],
      ["@y", Number.NaN],
      ['say "so", then', 0],
      ["\t=1\r\n2", 1],
    ],
  );
  expect(text).toBe(`a,b\n'=SUM(A1),-1.5\n'+x,\n'@y,\n"say ""so"", then",0\n'\\t=1\\u{d}\\n2,1\n`);
});

test("a LaTeX table holds no command but its own", () => {
  const text = latexTables([
    {
      heading: "50 % of {a} & b",
      header: ["defence", "worst"],
      rows: [["\\input{x}^~_#$<|>", "1.0 ± 0.2"]],
      note: "ranked",
    },
  ]);
  expect(text).toContain("    defence & worst \\\\\n");
  expect(text).toContain(
    "    \\textbackslash{}input\\{x\\}\\textasciicircum{}\\textasciitilde{}\\_\\#\\$\\textless{}\\textbar{}\\textgreater{} & 1.0 $\\pm$ 0.2 \\\\\n",
  );
  expect(text).toContain("\\caption{50 \\% of \\{a\\} \\& b. ranked}");
  expect(text).toContain("\\begin{tabular}{lr}");
});
