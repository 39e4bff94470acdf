import type { LateFinding } from "../backdoor/scan/late/late-scan.ts";
import { nameOf } from "../backdoor/scan/verdict.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

const most = 20; // labels, and classes besides theirs

/** Labels against the classes that images surely look like, as counts; what the finding rests on is framed. */
export function contradictionTable(
  {
    kind,
    classes,
    contradictions: table,
    numbers,
  }: Pick<LateFinding, "kind" | "classes" | "contradictions" | "numbers">,
  classNames: readonly string[] | undefined,
): Html {
  const { rows: targets, partners } = numbers;
  const wrong = table.map((row, a) => row.reduce((sum, count, b) => sum + (b === a ? 0 : count), 0));
  const byWrong = (a: number, b: number): number =>
    Number(classes.includes(b)) - Number(classes.includes(a)) || wrong[b]! - wrong[a]! || a - b;
  const ascending = (a: number, b: number): number => a - b;
  const labels = Array.from(table.keys()).sort(byWrong).slice(0, most).sort(ascending);
  const columns = [...new Set(labels.flatMap((a) => [a, partners[a]!]))].sort(ascending);
  const largest = Math.max(1, ...labels.flatMap((a) => columns.map((b) => (a === b ? 0 : table[a]![b]!))));
  const cell = (a: number, b: number): Html => {
    const count = table[a]![b]!;
    if (a === b) return html`<td class="own">${count}</td>`;
    const marked = kind === "shift" ? partners[a] === b : targets.includes(a);
    const shade = Math.round((60 * count) / largest);
    return html`<td${marked ? html` class="marked"` : ""} style="background: color-mix(in srgb, var(--suspect) ${shade}%, transparent)">${count}</td>`;
  };
  const part =
    table.length > labels.length ? ` ${labels.length} of ${table.length} labels, those with suspects first.` : "";
  return html`<figure><figcaption>Images by their label (rows) and the class that they surely look like (columns).${part}</figcaption>
<div class="wide"><table class="matrix">
<thead><tr><th scope="col">label</th>${columns.map((b) => html`<th scope="col" title="${nameOf(b, classNames)}">${b}</th>`)}</tr></thead>
<tbody>${labels.map((a) => html`<tr><th scope="row">${nameOf(a, classNames)}</th>${columns.map((b) => cell(a, b))}</tr>\n`)}</tbody>
</table></div></figure>`;
}
