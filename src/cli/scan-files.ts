import type { LateFinding } from "../backdoor/scan/late/late-scan.ts";
import type { OcclusionMaps } from "../backdoor/scan/occlusion.ts";
import { occlusionMaps } from "../backdoor/scan/occlusion.ts";
import { latePage } from "../report/late-page.ts";
import type { ShownClass } from "../report/scan-groups.ts";
import { shownClasses } from "../report/scan-groups.ts";
import { scanPage } from "../report/scan-page.ts";
import type { ScanOrigin } from "./scan-facts.ts";
import { lateFacts, scanFacts } from "./scan-facts.ts";
import { scanCsv } from "./scan-results.ts";

const mappedImages = 12; // of one class, and of all classes together twice as many

/** The files of a scan: suspects.csv, and the page suspects.html. */
export async function scanFiles(scanned: ScanOrigin): Promise<readonly { name: string; content: string }[]> {
  return [
    { name: "suspects.csv", content: scanCsv(scanned) },
    { name: "suspects.html", content: await scanPageOf(scanned) },
  ];
}

/** The page of a scan. Where a mark is, the device finds out again. */
export async function scanPageOf(scanned: ScanOrigin): Promise<string> {
  const { scan, dataset, seed } = scanned;
  const shown = shownClasses(scan, dataset, seed);
  const figures = await import("../report/figures.ts"); // large: only whoever writes a page loads it
  const occlusion = await mapsOf(scanned, shown);
  return scanPage({ ...scanned, shown, occlusion, facts: scanFacts(scanned), figures });
}

/** The page of what the search for late triggers found in a set where the scan found nothing. */
export async function latePageOf(scanned: ScanOrigin, late: LateFinding): Promise<string> {
  const figures = await import("../report/figures.ts");
  return latePage({ ...scanned, late, facts: lateFacts(scanned, late), figures });
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
