import type { OcclusionMaps } from "../backdoor/scan/occlusion.ts";
import { occlusionMaps } from "../backdoor/scan/occlusion.ts";
import type { ShownClass } from "../report/scan-groups.ts";
import { shownClasses } from "../report/scan-groups.ts";
import { scanPage } from "../report/scan-page.ts";
import type { Device } from "../tensor/device.ts";
import type { Scanned } from "./scan-results.ts";
import { scanCsv } from "./scan-results.ts";
import { versions } from "./versions.ts";

/** A scan with what its page says of how it came about. */
export interface ScanOrigin extends Omit<Scanned, "seconds"> {
  /** Of the scan; null where it was a part of a training. */
  readonly seconds: number | null;
  readonly device: Device;
  readonly seed: number;
  /** What was scanned, for the eye: a folder or the name of a drawn set. */
  readonly source: string;
}

const mappedImages = 12; // of one class, and of all classes together twice as many

/** The files of a scan: suspects.csv, and the page suspects.html. Where a mark is, the device finds out again. */
export async function scanFiles(scanned: ScanOrigin): Promise<readonly { name: string; content: string }[]> {
  const { scan, dataset, seed } = scanned;
  const shown = shownClasses(scan, dataset, seed);
  const figures = await import("../report/figures.ts"); // large: only whoever writes a page loads it
  const occlusion = await mapsOf(scanned, shown);
  const content = await scanPage({ ...scanned, shown, occlusion, facts: factsOf(scanned), figures });
  return [
    { name: "suspects.csv", content: scanCsv(scanned) },
    { name: "suspects.html", content },
  ];
}

async function mapsOf(
  { device, scan, dataset }: ScanOrigin,
  shown: readonly ShownClass[],
): Promise<(OcclusionMaps | undefined)[]> {
  const { classifier, network } = scan.history;
  const each = Math.max(2, Math.min(mappedImages, Math.floor((2 * mappedImages) / shown.length)));
  const maps: (OcclusionMaps | undefined)[] = [];
  for (const { label, top } of shown) {
    const images = label === null ? [] : top.slice(0, each);
    maps.push(images.length === 0 ? undefined : await occlusionMaps(device, classifier, network, dataset, images));
  }
  return maps;
}

function factsOf({ scan, dataset, device, seed, seconds, source }: ScanOrigin): (readonly [string, string])[] {
  const { count, height, width, channels, classes } = dataset;
  const { deconfound, node, platform } = versions();
  return [
    ["scanned", source],
    [
      "images",
      `${count} of ${height}×${width} pixels, ${channels} ${channels === 1 ? "channel" : "channels"}, ${classes} classes`,
    ],
    ["separation", `${scan.separation.toFixed(2)}; counts above ${scan.threshold.toFixed(2)}`],
    [
      "told apart by a second network",
      scan.learnable === null ? "not asked" : `${(100 * scan.learnable).toFixed(1)} %`,
    ],
    ["steps of training", `${scan.history.steps.at(-1)}; losses taken after ${scan.history.steps.join(", ")}`],
    ["seed", String(seed)],
    ...(seconds === null ? [] : [["duration", `${seconds.toFixed(1)} s`] as const]),
    ["device", device.info().description],
    ["versions", `deconfound ${deconfound}, Node ${node}, ${platform}`],
    ["date", new Date().toISOString().slice(0, 10)],
  ];
}
