import type { Finding } from "./findings.ts";
import { html } from "./html.ts";
import { tableOf, verdictBox } from "./page.ts";
import type { Section } from "./section.ts";
import { placeCells, placeHeader, varyingAxes } from "./section.ts";

const checked =
  "Looked for: trainings that failed; cbd with an ASR more than 3 points above its clean target rate, or a CA more than 3 points below that without a defence (both are promises of this program); any other defence with such a CA; collapsed models; lost classes; attacks that the undefended model did not learn.";

/** What a reader must know before any rate. */
export function firstSection(findings: readonly Finding[], unfinished: number): Section {
  const count = (kind: Finding["kind"]): number => findings.filter((one) => one.kind === kind).length;
  const counts = [
    [count("failed cell"), "training that failed", "trainings that failed"],
    [count("failed promise"), "promise that is not kept", "promises that are not kept"],
    [count("flag"), "flag", "flags"],
  ] as const;
  const said = counts.flatMap(([n, one, many]) => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]));
  const open =
    unfinished === 0 ? [] : [`${unfinished} more ${unfinished === 1 ? "training is" : "trainings are"} not finished.`];
  const sentence = said.length === 0 ? "No promise is broken, and nothing is flagged." : `${said.join(", ")}.`;
  const header = ["kind", "what", ...placeHeader, "seeds", "detail"];
  const rows = findings.map(({ kind, what, place, seeds, detail }) => [
    ...[kind, what, ...placeCells(place)],
    seeds.join(", "),
    detail,
  ]);
  const axes = varyingAxes(findings.map(({ place }) => place));
  const shown = findings.map(({ kind, what, place, seeds, detail }) => [
    kind === "flag" ? what : kind === "failed cell" ? kind : `${what}: promise not kept`,
    ...axes.map((axis) => place[axis]),
    seeds.join(", "),
    detail,
  ]);
  const body = html`<h2>What to know first</h2>
${verdictBox(
  findings.some(({ kind }) => kind !== "flag"),
  [sentence, ...open, checked],
)}
${rows.length === 0 ? "" : tableOf(["what", ...axes, "seeds", "detail"], shown, "stacks")}`;
  return { body, data: { findings: { header, rows } } };
}
