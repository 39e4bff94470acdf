import type { LateFinding } from "../backdoor/scan/late/late-scan.ts";
import { lateWords } from "../backdoor/scan/late/late-words.ts";
import { splitByDistance } from "../backdoor/scan/split.ts";
import { nameOf } from "../backdoor/scan/verdict.ts";
import { binsOf } from "./bands.ts";
import { contradictionTable } from "./contradiction-table.ts";
import type { scoreFigure } from "./figures.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import { keyOf, page, tableOf, verdictBox } from "./page.ts";
import { groupsOf, shownClasses } from "./scan-groups.ts";
import type { ScanImages } from "./scan-images.ts";
import { classSection, differenceFigure } from "./scan-images.ts";

/** What the page of a search for late triggers is made of. */
export interface LatePage extends Pick<ScanImages, "dataset" | "paths"> {
  /** With suspects. */
  readonly late: LateFinding;
  /** What was searched, for the eye. */
  readonly source: string;
  /** Decides which other images are drawn. */
  readonly seed: number;
  /** How it came about: names and values. */
  readonly facts: readonly (readonly [string, string])[];
  /** What draws; handed in because it is loaded apart. */
  readonly figures: { readonly scoreFigure: typeof scoreFigure };
}

/** The page of suspects that the search for late triggers named: one HTML file that needs nothing else. */
export async function latePage(input: LatePage): Promise<string> {
  const { late, dataset, paths, source, seed, facts } = input;
  const scan = { ...late, found: true };
  const shown = shownClasses(scan, dataset, seed);
  const remark = (index: number): string => trainedAs(late.relabel![index]!, dataset.classNames);
  const sections = shown.map((one) => classSection({ scan, dataset, paths, remark }, one));
  const unseen = late.classes.length - shown.length;
  const body = html`<header><h1>Scan of ${source}</h1>
${verdictBox(true, lateWords(late, dataset))}</header>
<main>
${await Promise.all(sections)}
${unseen > 0 ? html`<p>${unseen} more classes have suspects; suspects.csv lists all.</p>` : ""}
<p>The number under an image is its score. suspects.csv ranks all images.</p>
<h2>Labels and what images show</h2>
<p>${late.kind === "row" ? rowsSaid : shiftSaid}</p>
${contradictionTable(late, dataset.classNames)}
<h2>What was done about the suspects</h2>
${tableOf(["label in the set", "in training", "images"], treatments(input))}
${await differences(input)}
${distribution(input)}
${reading}
<h2>How the search was made</h2>
${tableOf(["What", "Value"], facts)}
</main>`;
  return page(`Scan of ${source}`, body);
}

const rowsSaid =
  "Mistakes of a network fall on few other classes. Images with a label whose row is framed look like all other classes, as if images of every class had been given that label.";
const shiftSaid =
  "Mistakes of a network are mutual: cats are taken for dogs as dogs for cats. Here every label has one other class that its images look like too often (framed), and all these pairs together lead from class to class, as if images had been given the label of another class by one rule.";

function trainedAs(label: number, classNames: readonly string[] | undefined): string {
  return label < 0 ? "left out" : `trained on as ${nameOf(label, classNames)}`;
}

/** Suspects by their label and what they were trained on as, by label; the largest part of a label first. */
function treatments({ late, dataset }: LatePage): readonly (readonly [string, string, number])[] {
  const { labels, classNames } = dataset;
  const counts = new Map<string, { readonly from: number; readonly to: number; count: number }>();
  for (const index of late.suspects) {
    const [from, to] = [labels[index]!, late.relabel![index]!];
    const one = counts.get(`${from} ${to}`) ?? { from, to, count: 0 };
    one.count++;
    counts.set(`${from} ${to}`, one);
  }
  return [...counts.values()]
    .sort((a, b) => a.from - b.from || b.count - a.count || a.to - b.to)
    .map(({ from, to, count }) => [nameOf(from, classNames), trainedAs(to, classNames), count]);
}

/** Suspects less images of the same mixture of contents: in a row, those of other labels. */
async function differences({ late, dataset }: LatePage): Promise<Html> {
  const named = new Set(late.suspects);
  const targets = new Set(late.kind === "row" ? late.classes : []);
  const others = Array.from(dataset.labels.keys()).filter((i) => !named.has(i) && !targets.has(dataset.labels[i]!));
  if (others.length === 0) return html``;
  const whose = late.kind === "row" ? "images of other labels" : "other images";
  return html`<h2>How suspects differ in the mean</h2>
${await differenceFigure(dataset, [...named], others, whose)}
<p>A patch is a spot here. A warp, which moves every image's own pixels, leaves little in the mean.</p>`;
}

function distribution({ late, dataset, figures }: LatePage): Html {
  const groups = groupsOf(late, dataset);
  const least = Math.max(10, Math.floor(dataset.count / 200));
  const split = splitByDistance(late.score, least).threshold;
  const byDrop = late.numbers.dropSeparation !== null;
  const meaning = `score: ${byDrop ? "how far the label falls" : "how marked an image looks"}`;
  return html`<h2>What marks them</h2>
<p>${byDrop ? dropSaid : triggerSaid}</p>
${keyOf(groups)}
<figure>${raw(figures.scoreFigure(binsOf(late.score, groups), split, meaning))}
<figcaption>How the score is distributed within each group.${Number.isFinite(split) ? " Dashed: where all images fall into the two parts that lie furthest apart." : ""}</figcaption></figure>`;
}

const dropSaid =
  "The score is how far the probability of an image's label falls when the image is rounded to 16 levels per colour, under a network that was trained on the set as it is. Rounding breaks a warp, and hardly anything else.";
const triggerSaid =
  "The score is how much an image looks like the contradicted ones rather than like others that show the same class, to a small network that was trained on other images.";

const reading = html`<h2>How to read this page</h2>
<p>The scan for marks that are learnt early found nothing. So two networks that cannot see fine marks learnt what the images show, each
on one half of the set, and judged the other half. Where that contradicts the labels in the way of an attack, and a second test finds that
something marks the contradicted images, they are suspected.</p>
<p>Look at the suspects: does an image show what its label says? If most do, this is a false alarm. If they do not, they are wrong
labels at least, and a mark on them may be too fine for the eye.</p>`;
