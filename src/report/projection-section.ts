import type { NetworkEvidence } from "./evidence.ts";
import type { Shown } from "./evidence-cells.ts";
import { folded, missingSaid, shownOf } from "./evidence-cells.ts";
import type { dotFigure } from "./figures.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import { shortcutName } from "./loss-section.ts";
import { lineKey } from "./page.ts";
import { dotKinds, projectionOf } from "./projection.ts";
import type { Setting } from "./report-cell.ts";
import { nameSetting } from "./report-cell.ts";
import type { Section } from "./section.ts";
import { placeCells, placeHeader } from "./section.ts";
import type { Part } from "./within-bytes.ts";
import { withinBytes } from "./within-bytes.ts";

const mostBytes = 1_000_000;

/** Where networks put clean and triggered test images: the undefended model, the one that learnt shortcuts, the delivered one. */
export function projectionSection(settings: readonly Setting[], draw: typeof dotFigure): Section {
  const rows: (string | number)[][] = [];
  const figure = ({ place, evidence }: Shown, which: string, network: NetworkEvidence): Html => {
    const projection = projectionOf(network, evidence);
    if (projection === null)
      return html`<p>${place.defence}, ${which}: its representations are not finite, or all the same.</p>`;
    const { dots, shown } = projection;
    for (const { x, y, kind, label } of dots)
      rows.push([...placeCells(place), place.seed, which, dotKinds[kind]!.name, label, x, y]);
    const coloured = dots.map(({ x, y, kind }) => ({ x, y, colour: dotKinds[kind]!.colour }));
    return html`<figure>${raw(draw(`${nameSetting(place)}, ${place.defence}: representations of ${which}`, coloured))}
<figcaption>${place.defence}, ${which}: ${dots.length} images, ${(100 * shown).toFixed(0)} % of the variance</figcaption></figure>`;
  };
  const parts = settings.flatMap((setting, at): Part[] => {
    const all = shownOf(setting);
    const cbd = all.filter(({ cell }) => cell.defence === "cbd");
    const undefended = all.filter(({ cell }) => cell.undefended);
    const defended = cbd.length > 0 ? cbd : all.filter(({ cell }) => !cell.undefended);
    const figures = [
      ...undefended.map((one) => figure(one, "the undefended model", one.evidence.delivered)),
      ...defended.flatMap((one) => [
        ...(one.evidence.confounder === null ? [] : [figure(one, shortcutName(one), one.evidence.confounder)]),
        figure(one, "the delivered model", one.evidence.delivered),
      ]),
    ];
    if (figures.length === 0) return [];
    const body = html`<div class="panels">${figures}</div>`;
    return [{ name: nameSetting(setting), body: folded(nameSetting(setting), at, body) }];
  });
  const header = [...placeHeader, "seed", "network", "group", "label", "x", "y"];
  const body = html`<h2>Where the networks put test images</h2>
<p>Representations z, which the last layer reads, along the two directions in which they vary most (principal components). Triggered images whose
label is not the target lie by the target class where a network follows the trigger, and by the classes that they show where it does not.</p>
${lineKey(dotKinds)}
${withinBytes(parts, mostBytes)}${missingSaid(settings, "representations")}`;
  return { body, data: { projections: { header, rows } } };
}
