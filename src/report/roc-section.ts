import type { Line } from "./epoch-lines.ts";
import type { Evidence } from "./evidence.ts";
import { missingSaid, shownOf } from "./evidence-cells.ts";
import type { lineFigure } from "./figures.ts";
import { html, raw } from "./html.ts";
import { lineKey } from "./page.ts";
import { styleOf } from "./rate-lines.ts";
import type { Setting } from "./report-cell.ts";
import { nameSetting } from "./report-cell.ts";
import type { RocPoint } from "./roc.ts";
import { areaUnder, corners, rocOf } from "./roc.ts";
import type { Section } from "./section.ts";
import { placeCells, placeHeader } from "./section.ts";
import type { Part } from "./within-bytes.ts";
import { withinBytes } from "./within-bytes.ts";

const mostBytes = 300_000;

/** How well the suspicion of each defence tells poison from other images. */
export function rocSection(settings: readonly Setting[], draw: typeof lineFigure): Section {
  const rows: (string | number)[][] = [];
  const parts = settings.flatMap((setting): Part[] => {
    const ranked = shownOf(setting).flatMap(({ place, evidence }) => {
      const points = curveOf(evidence);
      for (const { falsePositives, truePositives } of points) {
        rows.push([...placeCells(place), place.seed, falsePositives, truePositives]);
      }
      return points.length === 0 ? [] : [{ place, evidence, points }];
    });
    if (ranked.length === 0) return [];
    const lines = ranked.map(
      ({ place, points }, at): Line => ({
        name: `${place.defence}, AUROC ${areaUnder(points).toFixed(3)}`,
        ...styleOf(at),
        points: corners(points).map(({ falsePositives: x, truePositives: y }) => ({ x, y, low: y, high: y })),
      }),
    );
    const chance: Line = {
      name: "chance",
      colour: "var(--rest)",
      dashed: true,
      points: [0, 1].map((x) => ({ x, y: x, low: x, high: x })),
    };
    const { kinds, samples } = ranked[0]!.evidence;
    const poisoned = kinds!.filter((kind) => kind === 1).length;
    const axes = { x: "false positive rate", y: "true positive rate", xDomain: [0, 1], yDomain: [0, 1] } as const;
    const body = html`<figure>${raw(draw(`${nameSetting(setting)}: ROC of the suspicion`, [...lines, chance], axes))}
${lineKey([...lines, chance])}<figcaption>${nameSetting(setting)}: ${poisoned} poisoned and ${samples.length - poisoned} other training images, seed ${ranked[0]!.place.seed}</figcaption></figure>\n`;
    return [{ name: nameSetting(setting), body }];
  });
  const nothing = html`<p>There is no training with evidence, a ranking of its images, and known poison.</p>\n`;
  const body = html`<h2>How well suspicion finds the poison</h2>
<p>ROC curves of each defence's suspicion of the training images, where it is known which are poisoned. The AUROC of all images is in trainings.csv.</p>
${parts.length === 0 ? nothing : html`<div class="panels">${withinBytes(parts, mostBytes)}</div>`}
${missingSaid(settings, "curve")}`;
  return {
    body,
    data: { roc: { header: [...placeHeader, "seed", "false_positive_rate", "true_positive_rate"], rows } },
  };
}

/** Empty without a suspicion, or without known poison. */
function curveOf({ suspicion, kinds }: Evidence): readonly RocPoint[] {
  return suspicion === null || kinds === null ? [] : rocOf(suspicion, (i) => kinds[i] === 1);
}
