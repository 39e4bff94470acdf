import type { LateFinding } from "../backdoor/scan/late/late-scan.ts";
import type { Scan } from "../backdoor/scan/scan.ts";
import type { Device } from "../tensor/device.ts";
import type { Scanned } from "./scan-results.ts";
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

type Facts = readonly (readonly [string, string])[];

/** What was done where and when. @param measured - what a verdict rests on. */
function factsOf({ dataset, device, seed, seconds, source }: ScanOrigin, measured: Facts): Facts {
  const { count, height, width, channels, classes } = dataset;
  const { deconfound, node, platform } = versions();
  return [
    ["scanned", source],
    [
      "images",
      `${count} of ${height}×${width} pixels, ${channels} ${channels === 1 ? "channel" : "channels"}, ${classes} classes`,
    ],
    ...measured,
    ["seed", String(seed)],
    ...(seconds === null ? [] : [["duration", `${seconds.toFixed(1)} s`] as const]),
    ["device", device.info().description],
    ["versions", `deconfound ${deconfound}, Node ${node}, ${platform}`],
    ["date", new Date().toISOString().slice(0, 10)],
  ];
}

/** What the page of a scan says of how it came about: names and values. */
export function scanFacts(origin: ScanOrigin): Facts {
  const { scan } = origin;
  return factsOf(origin, [
    ["small network that set them apart most", scan.history.model],
    ["separation", separationOf(scan)],
    ["recognized by networks that had not seen them", percentOf(scan.learnable)],
    ["steps of training", `${scan.history.steps.at(-1)}; losses taken after ${scan.history.steps.join(", ")}`],
  ]);
}

/** The same of a search for late triggers. @param origin - of the scan before it. */
export function lateFacts(origin: ScanOrigin, { kind, numbers }: LateFinding): Facts {
  const { chance, strength, learnable, separation, dropSeparation, broken } = numbers;
  const how = `${strength.toFixed(1)} times the noise; noise does as much in ${(100 * chance).toFixed(1)} of 100 tables`;
  const figure = (value: number | null): string => value?.toFixed(2) ?? "not asked";
  return factsOf(origin, [
    ["separation of marks that are learnt early", separationOf(origin.scan)],
    ["structure of the contradictions", kind === "row" ? "row" : `shift, ${how}`],
    ["contradicted images that a small network tells apart", percentOf(learnable)],
    ["distance of its scores (D)", figure(separation)],
    ["distance of the fall of labels under rounding (D)", figure(dropSeparation)],
    ["contradicted images whose label falls", percentOf(broken)],
  ]);
}

function separationOf({ separation, threshold }: Scan): string {
  return `${separation.toFixed(2)}; counts above ${threshold.toFixed(2)}`;
}

function percentOf(share: number | null): string {
  return share === null ? "not asked" : `${(100 * share).toFixed(1)} %`;
}
