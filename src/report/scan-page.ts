import type { OcclusionMaps } from "../backdoor/scan/occlusion.ts";
import type { Scan } from "../backdoor/scan/scan.ts";
import { splitByDistance } from "../backdoor/scan/split.ts";
import { verdictOf } from "../backdoor/scan/verdict.ts";
import { bandsOf, binsOf } from "./bands.ts";
import type { historyFigure, scoreFigure } from "./figures.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import { keyOf, page, tableOf, verdictBox } from "./page.ts";
import type { ShownClass } from "./scan-groups.ts";
import { groupsOf } from "./scan-groups.ts";
import type { ScanImages } from "./scan-images.ts";
import { classSection, markSection } from "./scan-images.ts";

/** What the page of a scan is made of. */
export interface ScanPage extends ScanImages {
  readonly scan: Scan;
  /** What was scanned, for the eye. */
  readonly source: string;
  readonly shown: readonly ShownClass[];
  /** Maps of the first images of a shown class, class by class; undefined where none were made. */
  readonly occlusion: readonly (OcclusionMaps | undefined)[];
  /** How the scan came about: names and values. */
  readonly facts: readonly (readonly [string, string])[];
  /** What draws; handed in because it is loaded apart. */
  readonly figures: { readonly historyFigure: typeof historyFigure; readonly scoreFigure: typeof scoreFigure };
}

/** The page of a scan: one HTML file that needs nothing else. */
export async function scanPage(input: ScanPage): Promise<string> {
  const { scan, dataset, source, shown, occlusion, facts } = input;
  const { sentence, notes } = verdictOf(scan, dataset);
  const marks = await Promise.all(
    occlusion.flatMap((maps, at) => (maps === undefined ? [] : [markSection(input, shown[at]!, maps)])),
  );
  const unseen = scan.classes.length - shown.length;
  const body = html`<header><h1>Scan of ${source}</h1>
${verdictBox(scan.found, [sentence, ...notes])}</header>
<main>
${await Promise.all(shown.map((one) => classSection(input, one)))}
${scan.found && unseen > 0 ? html`<p>${unseen} more classes have suspects; suspects.csv lists all.</p>` : ""}
<p>The number under an image is its score. suspects.csv ranks all images.</p>
${marks.length === 0 ? "" : html`<h2>Where the mark is</h2>\n${marks}`}
${curves(input)}
${reading}
<h2>How the scan was made</h2>
${tableOf(["What", "Value"], facts)}
</main>`;
  return page(`Scan of ${source}`, body);
}

function curves({ scan, dataset, figures }: ScanPage): Html {
  const groups = groupsOf(scan, dataset);
  const bands = bandsOf(scan.history.steps, scan.history.losses, groups);
  const least = Math.max(10, Math.floor(dataset.count / 200));
  const split = splitByDistance(scan.score, least).threshold;
  const rounded = (value: number): number => Number(value.toFixed(3));
  return html`<h2>How the images were learnt</h2>
${keyOf(groups)}
<div class="pair">
<figure>${raw(figures.historyFigure(bands))}
<figcaption>Loss of a small network on the images while it trains on them: median, and the band between the quartiles. Marked images fall first.</figcaption></figure>
<figure>${raw(figures.scoreFigure(binsOf(scan.score, groups), split, "score: how early an image was learnt"))}
<figcaption>How the score is distributed within each group.${Number.isFinite(split) ? " Dashed: where all images fall into the two parts that lie furthest apart." : ""}</figcaption></figure>
</div>
<details><summary>Losses as numbers</summary>
${tableOf(
  ["group", "steps", "lower quartile", "median", "upper quartile"],
  bands.map(({ group, step, lower, median, upper }) => [group, step, ...[lower, median, upper].map(rounded)]),
)}
</details>`;
}

const reading = html`<h2>How to read this page</h2>
<p>A small network that can learn little but shortcuts trained on the set as it is. A mark that always comes with one label is a
shortcut, so marked images are learnt long before the rest: that is the score. If one class has images that stand apart much
further than the easiest images of the other classes do, and networks that have not seen them recognize them, they are suspected.</p>
<p>Look at the suspects beside the others of their class. Something that all of them share, and that has nothing to do with what
they show, is a mark: a patch, a pattern, a tint. A suspect without it is a false alarm, or a mark that the eye does not see: the
difference of the means often shows it.</p>
<p>Images of a class that are easy for an honest reason, such as one background for all, look the same to a scan. And where nothing
is found, the set can still be poisoned in a way that a scan does not see.</p>`;
