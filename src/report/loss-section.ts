import type { Bin } from "./bands.ts";
import { binsOf } from "./bands.ts";
import type { Evidence, NetworkEvidence } from "./evidence.ts";
import { sampleKinds } from "./evidence.ts";
import type { Shown } from "./evidence-cells.ts";
import { folded, missingSaid, shownOf } from "./evidence-cells.ts";
import type { histogramFigure } from "./figures.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import { keyOf } from "./page.ts";
import type { Setting } from "./report-cell.ts";
import { nameSetting } from "./report-cell.ts";
import type { Group } from "./scan-groups.ts";
import type { Section } from "./section.ts";
import { placeCells, placeHeader } from "./section.ts";
import type { Part } from "./within-bytes.ts";
import { withinBytes } from "./within-bytes.ts";

const colours = ["var(--other)", "var(--suspect)", "var(--c3)"];
const mostBytes = 1_000_000;
const least = 1e-6; // nats; a loss below is drawn here

/** Images by what is known of them; grey where nothing is. */
export function kindGroups({ kinds, samples }: Pick<Evidence, "kinds" | "samples">): readonly Group[] {
  const all = Array.from(samples.keys());
  if (kinds === null) return [{ name: "not known", colour: "var(--rest)", indices: all }];
  return sampleKinds
    .map((name, kind) => ({ name, colour: colours[kind]!, indices: all.filter((i) => kinds[i] === kind) }))
    .filter(({ indices }) => indices.length > 0);
}

/** How the losses of the training images are distributed, under the delivered model and under the one that learnt shortcuts. */
export function lossSection(settings: readonly Setting[], draw: typeof histogramFigure): Section {
  const rows: (string | number)[][] = [];
  const figure = ({ place, evidence }: Shown, which: string, { losses }: NetworkEvidence): Html => {
    if (losses.some((loss) => !Number.isFinite(loss)))
      return html`<p>${place.defence}: losses of ${which} are not finite.</p>`;
    const bins = binsOf(
      losses.map((loss) => Math.log10(Math.max(least, loss))),
      kindGroups(evidence),
    );
    for (const { group, from, to, percent } of bins)
      rows.push([...placeCells(place), place.seed, which, group, from, to, percent]);
    const title = `${nameSetting(place)}, ${place.defence}: losses of ${which}`;
    return html`<figure>${raw(draw(title, bins satisfies readonly Bin[], "log₁₀ of the loss (nats)"))}
<figcaption>${place.defence}, ${which}</figcaption></figure>`;
  };
  const parts = settings.flatMap((setting, at): Part[] => {
    const shown = shownOf(setting);
    if (shown.length === 0) return [];
    const { evidence } = shown[0]!;
    const figures = shown.map((one) => [
      ...(one.evidence.confounder === null ? [] : [figure(one, shortcutName(one), one.evidence.confounder)]),
      figure(
        one,
        one.cell.defence === "cbd" ? "f_C, the delivered model" : "the delivered model",
        one.evidence.delivered,
      ),
    ]);
    const body = html`${keyOf(kindGroups(evidence))}
<p>${sizeSaid(evidence)} Seed ${shown[0]!.place.seed}.</p>
<div class="panels">${figures}</div>`;
    return [{ name: nameSetting(setting), body: folded(nameSetting(setting), at, body) }];
  });
  const header = [...placeHeader, "seed", "network", "group", "from", "to", "percent"];
  const body = html`<h2>Losses of the training images</h2>
<p>In percent of each group. Under a network that learnt shortcuts (f_B), poison has the lower losses; under a clean model (f_C), the higher ones,
since it does not follow the trigger.</p>
${withinBytes(parts, mostBytes)}${missingSaid(settings, "losses")}`;
  return { body, data: { losses: { header, rows } } };
}

/** The name of the confounder of a defence. */
export function shortcutName({ cell }: Shown): string {
  return cell.defence === "cbd" ? "f_B, which learns shortcuts" : "the model that learns shortcuts";
}

function sizeSaid({ samples, trained, kinds }: Evidence): string {
  if (samples.length === trained) return `All ${trained} training images.`;
  return `${samples.length} of ${trained} training images, ${kinds === null ? "evenly apart" : "of each kind evenly apart"}.`;
}
