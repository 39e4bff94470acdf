import type { OcclusionMaps } from "../backdoor/scan/occlusion.ts";
import type { Scan } from "../backdoor/scan/scan.ts";
import { nameOf } from "../backdoor/scan/verdict.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Picture } from "../formats/png.ts";
import { pictureOf } from "./contact-sheet.ts";
import { differenceOfMeans, heatOver, meanPicture } from "./heat.ts";
import type { HotSpot } from "./hot-spot.ts";
import { hotSpot, meanMap } from "./hot-spot.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import type { ShownClass } from "./scan-groups.ts";
import { dataUri, thumbnailOf } from "./thumbnail.ts";

const longest = 96; // pixels of a thumbnail

/** What the pictures of a scan are drawn from. */
export interface ScanImages {
  readonly scan: Pick<Scan, "found" | "suspects" | "score">;
  readonly dataset: Dataset;
  readonly paths: readonly string[] | undefined;
  /** A line below a suspect, where there is something to say of each. */
  readonly remark?: ((index: number) => string) | undefined;
}

async function image(picture: Picture, text: string): Promise<Html> {
  return html`<img src="${raw(await dataUri(thumbnailOf(picture, longest)))}" alt="${text}">`;
}

/** The most suspect images of a class beside others of it. */
export async function classSection({ scan, dataset, paths, remark }: ScanImages, shown: ShownClass): Promise<Html> {
  const { label, top, others } = shown;
  const list = async (indices: readonly number[], said?: ScanImages["remark"]): Promise<Html> => {
    const items = indices.map(async (index) => {
      const name = paths?.[index] ?? `image ${index}`;
      const text = `${name}, ${nameOf(dataset.labels[index]!, dataset.classNames)}, score ${scan.score[index]!.toFixed(2)}`;
      const own = label === null ? html`${nameOf(dataset.labels[index]!, dataset.classNames)}<br>` : "";
      return html`<li>${await image(pictureOf(dataset, index), text)}${scan.score[index]!.toFixed(2)}<br>${own}${name}${said === undefined ? "" : html`<br>${said(index)}`}</li>\n`;
    });
    return html`<ol class="images">${await Promise.all(items)}</ol>`;
  };
  const [title, first, second] =
    label === null
      ? ["Images", "Learnt first: these are not suspects", "Others, at random"]
      : [`Class ${nameOf(label, dataset.classNames)}`, "The most suspect", "Others of the class, at random"];
  return html`<h2>${title}</h2>
<div class="pair">
<section><h3>${first}</h3>${await list(top, remark)}</section>
<section><h3>${second}</h3>${others.length === 0 ? html`<p>There are none.</p>` : await list(others)}</section>
</div>`;
}

/** Where the network looks in the most suspect images of a class, and how its suspects differ from its other images. */
export async function markSection(
  { scan, dataset }: ScanImages,
  { label, top }: ShownClass,
  occlusion: OcclusionMaps,
): Promise<Html> {
  const mean = meanMap(occlusion.maps);
  const spot = hotSpot(mean, occlusion, dataset);
  const average = meanPicture(dataset, top.slice(0, occlusion.maps.length));
  const peak = occlusion.maps.reduce((most, map) => map.reduce((own, value) => Math.max(own, value), most), leastPeak);
  const heats = await Promise.all(
    occlusion.maps.map(async (map, at) => {
      const picture = heatOver(pictureOf(dataset, top[at]!), map, occlusion, peak);
      return html`<li>${await image(picture, `image ${top[at]!}: where the network looks`)}image ${top[at]!}</li>\n`;
    }),
  );
  const named = new Set(scan.suspects);
  const own = Array.from(dataset.labels.keys()).filter((i) => dataset.labels[i] === label);
  const [ones, others] = [own.filter((i) => named.has(i)), own.filter((i) => !named.has(i))];
  return html`<h3>Class ${nameOf(label!, dataset.classNames)}</h3>
<p>${describeSpot(spot, occlusion.maps.length)}</p>
<div class="pair">
<figure class="large">${await image(enlarged(heatOver(average, mean, occlusion, Math.max(leastPeak, spot?.peak ?? 0))), "mean of the maps")}
<figcaption>Mean over the ${occlusion.maps.length} most suspect images. Orange: covering this place makes the network lose the label.</figcaption></figure>
${others.length === 0 ? html`<p>All images of the class are suspects: there are none to compare them with.</p>` : await differenceFigure(dataset, ones, others, "others of the class")}
</div>
<ol class="images">${heats}</ol>`;
}

/** How suspects differ from other images in the mean. @param whose - what the others are, in words. */
export async function differenceFigure(
  dataset: Dataset,
  ones: readonly number[],
  others: readonly number[],
  whose: string,
): Promise<Html> {
  const { picture, largest } = differenceOfMeans(dataset, ones, others);
  return html`<figure class="large">${await image(enlarged(picture), "mean suspect less mean of the others")}
<figcaption>Mean of the ${ones.length} suspects less the mean of the ${others.length} ${whose}. Grey: no difference; full contrast: ${largest.toFixed(0)} of 255.</figcaption></figure>`;
}

/** Small pictures with every pixel repeated, so that viewers which smooth them show squares all the same. */
function enlarged(picture: Picture): Picture {
  const { height, width, channels, pixels } = picture;
  const factor = Math.max(1, Math.floor(longest / Math.max(height, width)));
  const large = new Uint8Array(height * width * channels * factor * factor);
  for (let at = 0; at < large.length; at++) {
    const [y, x] = [Math.floor(at / (channels * width * factor)), Math.floor(at / channels) % (width * factor)];
    large[at] = pixels[(Math.floor(y / factor) * width + Math.floor(x / factor)) * channels + (at % channels)]!;
  }
  return { height: height * factor, width: width * factor, channels, pixels: large };
}

/** Nats. A place whose covering raises the loss by less is not needed: it is drawn faintly, and called no spot. */
const leastPeak = 0.1;
const patchShare = 0.35; // of the image; a larger box is not called a spot

function describeSpot(spot: HotSpot | null, count: number): string {
  if (spot === null || spot.peak < leastPeak) {
    return `No place is needed: whatever square is covered in the ${count} images, the network keeps their label. So the mark is spread over the image, or there several times.`;
  }
  const box = `rows ${spot.rows.join(" to ")}, columns ${spot.columns.join(" to ")} (pixels, from the top left)`;
  return spot.share <= patchShare
    ? `The network looks at one spot: ${box}. Covering it raises the loss by ${spot.peak.toFixed(1)} nats in the mean.`
    : `The network looks at no single spot; half of the peak (${spot.peak.toFixed(1)} nats) is reached within ${box}. A mark that is spread over the image looks so.`;
}
