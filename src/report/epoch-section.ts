import type { Line } from "./epoch-lines.ts";
import { epochLines, thinned } from "./epoch-lines.ts";
import { folded } from "./evidence-cells.ts";
import type { lineFigure } from "./figures.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import { lineKey } from "./page.ts";
import type { CellGroup, Setting } from "./report-cell.ts";
import { nameSetting } from "./report-cell.ts";
import type { Section } from "./section.ts";
import { placeCells, placeHeader } from "./section.ts";

type Draw = typeof lineFigure;

/** How CA, ASR and losses went, epoch by epoch, with bands over the seeds. */
export function epochSection(settings: readonly Setting[], draw: Draw): Section {
  const rows: (string | number)[][] = [];
  const panels = (group: CellGroup): Html => {
    const { rates, losses, phases } = epochLines(group);
    for (const { name, points } of [...rates, ...losses]) {
      for (const { x, y, low, high } of points) rows.push([...placeCells(group.place), name, x, y, low, high]);
    }
    const { defence } = group.place;
    if (rates.length === 0) return html`<p>${defence}: its run kept no epoch that was evaluated.</p>\n`;
    const rules = phases.slice(1).map(({ after }) => after + 0.5);
    const axes = { x: "epoch, all phases one after the other", rules, whole: true };
    const seeds = group.cells.length === 1 ? "1 seed" : `mean of ${group.cells.length} seeds`;
    const said = phases.map(({ name, after }) => `${name} from epoch ${after + 1}`).join(", ");
    return html`<figure>${raw(draw(`${nameSetting(group.place)}, ${defence}: CA and ASR per epoch`, drawn(rates), { ...axes, y: "%", yDomain: [0, 100] }))}
${lineKey(rates)}<figcaption>${defence}: CA and ASR on the test set, ${seeds}. Phases: ${said}.</figcaption></figure>
${
  losses.length === 0
    ? ""
    : html`<figure>${raw(draw(`${nameSetting(group.place)}, ${defence}: loss per epoch`, drawn(losses), { ...axes, y: "nats" }))}
${lineKey(losses)}<figcaption>${defence}: mean loss of the steps of an epoch, ${seeds}.</figcaption></figure>`
}`;
  };
  const parts = settings.map((setting, at) =>
    folded(nameSetting(setting), at, html`<div class="panels">${setting.groups.map(panels)}</div>`),
  );
  const body = html`<h2>Epoch by epoch</h2>
<p>Lines are means over the seeds, bands one standard deviation of the sample (n − 1) to both sides; one seed has no band. The last epoch is
delivered, never the best one: nothing is selected on test data.</p>
${parts}`;
  return { body, data: { epochs: { header: [...placeHeader, "line", "epoch", "mean", "low", "high"], rows } } };
}

function drawn(lines: readonly Line[]): Line[] {
  return lines.map((line) => ({ ...line, points: thinned(line.points) }));
}
