import type { Picture } from "../formats/png.ts";
import { contactSheet } from "./contact-sheet.ts";
import type { Evidence, ImageStack, TriggerSheet } from "./evidence.ts";
import { differenceFactor, sampleKinds } from "./evidence.ts";
import { folded, missingSaid, shownOf } from "./evidence-cells.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import type { Setting } from "./report-cell.ts";
import { nameSetting } from "./report-cell.ts";
import type { Section } from "./section.ts";
import { placeCells, placeHeader } from "./section.ts";
import { dataUri } from "./thumbnail.ts";
import type { Part } from "./within-bytes.ts";
import { withinBytes } from "./within-bytes.ts";

const [sheetBytes, suspectBytes] = [800_000, 1_000_000];
const sheetForm = { scale: 2, gap: 4 };

function nameOf(label: number, { classNames }: Pick<Evidence, "classNames">): string {
  return classNames[label] === undefined ? String(label) : `${label} ${classNames[label]}`;
}

function picturesOf({ height, width, channels, pixels }: ImageStack): Picture[] {
  const bytes = height * width * channels;
  return Array.from({ length: pixels.length / bytes }, (_, i) => {
    return { height, width, channels, pixels: pixels.subarray(i * bytes, (i + 1) * bytes) };
  });
}

/** What each attack does to test images. Settings of one data set and attack have one sheet. */
export async function sheetSection(settings: readonly Setting[]): Promise<Section> {
  const done = new Set<string>();
  const parts: Part[] = [];
  for (const setting of settings) {
    const evidence = shownOf(setting)[0]?.evidence;
    const name = `${setting.data}, ${setting.attack}`;
    if (evidence === undefined || done.has(name)) continue;
    done.add(name);
    for (const sheet of evidence.sheets) parts.push({ name, body: await sheetFigure(sheet, evidence, name) });
  }
  const nothing = html`<p>There is no training with an attack and evidence.</p>\n`;
  const body = html`<h2>What the attacks do</h2>
<p>Test images as they are, with the trigger, and the difference of the two times ${differenceFactor}.</p>
${parts.length === 0 ? nothing : withinBytes(parts, sheetBytes)}${missingSaid(settings, "images")}`;
  return { body, data: {} };
}

async function sheetFigure(sheet: TriggerSheet, evidence: Evidence, name: string): Promise<Html> {
  const rows = [sheet.clean, sheet.triggered, sheet.difference].map(picturesOf);
  const uri = await dataUri(contactSheet(rows, sheetForm));
  const labels = Array.from(
    sheet.labels,
    (label, i) => `${nameOf(label, evidence)} → ${nameOf(sheet.targets[i]!, evidence)}`,
  );
  return html`<figure class="sheet"><img src="${raw(uri)}" alt="${name}, ${sheet.attack}: clean, triggered, difference">
<figcaption>${name}${sheet.attack === "" ? "" : html`, trigger of ${sheet.attack}`}. From the left: ${labels.join(", ")}.</figcaption></figure>\n`;
}

/** The most suspect training images of each defence that ranks them. */
export async function suspectSection(settings: readonly Setting[]): Promise<Section> {
  const parts: Part[] = [];
  const rows: (string | number)[][] = [];
  for (const [at, setting] of settings.entries()) {
    const lists: Html[] = [];
    for (const { place, evidence } of shownOf(setting)) {
      if (evidence.suspects === null) continue;
      const { indices, labels, suspicion, images } = evidence.suspects;
      const items = picturesOf(images).map(async (picture, i) => {
        const [index, label, score] = [indices[i]!, labels[i]!, suspicion[i]!];
        const known = knownOf(index, evidence);
        rows.push([...placeCells(place), place.seed, i + 1, index, label, score, known]);
        const text = `image ${index}, ${nameOf(label, evidence)}, ${known}`;
        return html`<li><img src="${raw(await dataUri(picture))}" alt="${text}">${nameOf(label, evidence)}<br>${known}<br>image ${index}</li>\n`;
      });
      lists.push(
        html`<h4>${place.defence}, seed ${place.seed}</h4>\n<ol class="images">${await Promise.all(items)}</ol>\n`,
      );
    }
    if (lists.length > 0)
      parts.push({ name: nameSetting(setting), body: folded(nameSetting(setting), at, html`${lists}`) });
  }
  const nothing = html`<p>There is no training with evidence whose defence ranks the training images.</p>\n`;
  const header = [...placeHeader, "seed", "rank", "index", "label", "suspicion", "known"];
  const body = html`<h2>The most suspect images</h2>
<p>Of each defence that ranks the training images, the most suspect first; under each its label in the set, and what is known of it.</p>
${parts.length === 0 ? nothing : withinBytes(parts, suspectBytes)}${missingSaid(settings, "suspects")}`;
  return { body, data: { suspects: { header, rows } } };
}

/** What is known of a training image, as far as it is among the samples. */
function knownOf(index: number, { samples, kinds }: Evidence): string {
  const at = samples.indexOf(index);
  return kinds === null || at < 0 ? "not known" : sampleKinds[kinds[at]!]!;
}
