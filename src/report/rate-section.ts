import type { Line } from "./epoch-lines.ts";
import type { lineFigure } from "./figures.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import { lineKey } from "./page.ts";
import { rateLines } from "./rate-lines.ts";
import type { ReportCell } from "./report-cell.ts";
import { nameSetting } from "./report-cell.ts";
import type { Section } from "./section.ts";

/** How attacks do as the poisoning rate grows. */
export function rateSection(cells: readonly ReportCell[], draw: typeof lineFigure): Section {
  const all = rateLines(cells);
  const header = ["data", "model", "attack", "rate", "defence", "value", "mean", "low", "high"];
  const rows = all.flatMap(({ data, model, family, asr, ca }) =>
    [...asr.map((line) => ["ASR", line] as const), ...ca.map((line) => ["CA", line] as const)].flatMap(
      ([value, { name, points }]) =>
        points.map(({ x, y, low, high }) => [data, model, family, x, name, value, y, low, high]),
    ),
  );
  const parts = all.map(({ data, model, family, asr, ca }) => {
    const figure = (lines: readonly Line[], what: string): Html =>
      html`<figure>${raw(draw(`${nameSetting({ data, model, attack: family })}: ${what} by poisoning rate`, lines, { x: "poisoning rate (%)", y: `${what} (%)`, yDomain: [0, 100], xDomain: rangeOf(lines) }))}</figure>`;
    return html`<h3>${nameSetting({ data, model, attack: family })}</h3>
${lineKey(asr)}
<div class="panels">${figure(asr, "ASR")}${figure(ca, "CA")}</div>\n`;
  });
  const nothing = html`<p>No attack was tried at two rates or more, so there is nothing to draw here. <code>experiments/rates.json</code> is a grid that does.</p>`;
  const body = html`<h2>By poisoning rate</h2>
${all.length === 0 ? nothing : parts}`;
  return { body, data: { rates: { header, rows } } };
}

/** From 0, so that it is seen how much poison the least is. */
function rangeOf(lines: readonly Line[]): [number, number] {
  const places = lines.flatMap(({ points }) => points.map(({ x }) => x));
  return [0, Math.max(1, ...places)];
}
