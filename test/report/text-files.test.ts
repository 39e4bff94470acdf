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

test("a LaTeX table prints Greek letters and signs, which its fonts have as mathematics only", () => {
  const text = latexTables([{ heading: "h", header: ["defence", "x"], rows: [["λ ≤ 0.1, ε", "-3.5 × 2"]], note: "n" }]);
  expect(text).toContain("    $\\lambda$ $\\leq$ 0.1, $\\varepsilon$ & $-$3.5 $\\times$ 2 \\\\\n");
});

test("a LaTeX table that is wider than the page becomes several, every column in one of them", () => {
  const attacks = Array.from({ length: 9 }, (_, at) => `attack ${at}: CA / ASR %`);
  const row = ["cbd", ...attacks.map((_, at) => `6${at}.1 ± 0.2 / 98.2 ± 0.3`)];
  const text = latexTables([{ heading: "h", header: ["defence", ...attacks], rows: [row], note: "n" }]);
  expect(text.split("\\begin{tabular}{lrr}")).toHaveLength(5); // five parts, the last of one column
  for (const at of attacks.keys()) expect(text.split(`attack ${at}: `)).toHaveLength(2);
  expect(text.split("\\caption{h, continued.}")).toHaveLength(5);
  expect(text.split("    defence & ")).toHaveLength(6);
});
