import type { Line } from "./epoch-lines.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import type { Group } from "./scan-groups.ts";

const style = `
:root { color-scheme: light dark; --ink: #1a1a1a; --dim: #595959; --ground: #fff; --panel: #f4f4f2; --line: #d8d8d4;
  --suspect: #c2410c; --other: #1d6fb8; --rest: #6b7280;
  --c0: #1d6fb8; --c1: #c2410c; --c2: #15803d; --c3: #7e22ce; --c4: #a16207; --c5: #be185d; --c6: #0e7490; --c7: #57534e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececec; --dim: #a8a8a8; --ground: #141414; --panel: #202020; --line: #3a3a3a;
    --suspect: #fb923c; --other: #6cb6f5; --rest: #9ca3af;
    --c0: #6cb6f5; --c1: #fb923c; --c2: #4ade80; --c3: #c084fc; --c4: #facc15; --c5: #f472b6; --c6: #22d3ee; --c7: #d6d3d1; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .5rem; }
p { max-width: 44rem; margin: .5rem 0; }
.verdict { background: var(--panel); border-left: .4rem solid var(--rest); padding: .75rem 1rem; }
.verdict.found { border-color: var(--suspect); }
.verdict p:first-child { font-size: 1.1rem; font-weight: 600; margin-top: 0; }
.pair { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.panels { display: grid; gap: 0 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21.25rem), 1fr)); }
.panels figure { margin: .25rem 0 .75rem; }
.images { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fill, minmax(72px, 1fr)); margin: 0; padding: 0;
  list-style: none; }
.images li { font-size: .7rem; line-height: 1.3; color: var(--dim); break-inside: avoid; }
img { display: block; width: 100%; height: auto; image-rendering: pixelated; }
figure { margin: .5rem 0; break-inside: avoid; }
figure.sheet { max-width: 44rem; }
figure.large { max-width: 13rem; }
figcaption { font-size: .85rem; color: var(--dim); }
figure svg { display: block; max-width: 100%; height: auto; }
.key span { white-space: nowrap; margin-right: 1rem; }
.key i { display: inline-block; width: .8em; height: .8em; margin-right: .3em; }
.key i.dashed { width: 1.4em; height: 0; background: none; border-top: .2em dashed; vertical-align: .25em; }
details { font-size: .85rem; }
details.part { font-size: inherit; }
.part summary { font-weight: 600; margin: 1rem 0 .5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
td:last-child { overflow-wrap: anywhere; min-width: 9rem; }
th { font-weight: 600; }
thead th { overflow-wrap: normal; }
td.number { text-align: right; }
.matrix { margin-top: .4rem; white-space: nowrap; }
.matrix td, .matrix thead th { text-align: right; padding: .2rem .5rem; border: 1px solid var(--line); }
.matrix tbody th { font-weight: 400; }
.matrix .own { color: var(--dim); }
.matrix .marked { outline: 2px solid var(--suspect); outline-offset: -2px; }
@media (max-width: 40rem) {
  .stacks thead { display: none; }
  .stacks tbody, .stacks tr { display: block; }
  .stacks tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .stacks td { display: inline; padding: 0; border: 0; }
  .stacks td:first-child { font-weight: 600; }
  .stacks td:last-child { display: block; }
  .stacks td:nth-last-child(n + 3)::after { content: " · "; font-weight: 400; color: var(--dim); }
}
@page { size: landscape; margin: 12mm; }
@media print {
  :root { font-size: 11px; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  h2, h3, summary { break-after: avoid; }
  tr { break-inside: avoid; }
  .panels { grid-template-columns: repeat(4, 1fr); }
  .wide { overflow: visible; }
  th, td { padding: .15rem .5rem .15rem 0; }
  td:last-child { min-width: 0; }
  .verdict { border: 1px solid; }
  details::details-content { content-visibility: visible; height: auto; }
}
`;

/** A whole page that fetches nothing and runs nothing: its own policy forbids both. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
}

/** What was found, in sentences, the finding first. */
export function verdictBox(found: boolean, sentences: readonly string[]): Html {
  return html`<div class="verdict${found ? " found" : ""}">${sentences.map((text) => html`<p>${text}</p>\n`)}</div>`;
}

/** Which colour of a figure is which group. */
export function keyOf(groups: readonly Group[]): Html {
  return html`<p class="key">${groups.map(({ name, colour, indices }) => html`<span><i style="background: ${colour}"></i>${name} (${indices.length})</span> `)}</p>`;
}

/** Which colour of a figure is which line. */
export function lineKey(lines: readonly Pick<Line, "name" | "colour" | "dashed">[]): Html {
  const mark = ({ colour, dashed = false }: Pick<Line, "colour" | "dashed">): Html =>
    dashed ? html`<i class="dashed" style="border-color: ${colour}"></i>` : html`<i style="background: ${colour}"></i>`;
  return html`<p class="key">${lines.map((line) => html`<span>${mark(line)}${line.name}</span> `)}</p>`;
}

/** A table. Numbers stand to the right. @param narrow - what a narrow page does with it: scrolls, or writes each row as a paragraph. */
export function tableOf(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  narrow: "scrolls" | "stacks" = "scrolls",
): Html {
  const cell = (value: string | number): Html =>
    typeof value === "number" ? html`<td class="number">${value}</td>` : html`<td>${value}</td>`;
  return html`<div class="wide"><table${narrow === "stacks" ? raw(' class="stacks"') : ""}>
<thead><tr>${header.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}
