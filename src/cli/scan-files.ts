import type { Device } from "../tensor/device.ts";
import type { Scanned } from "./scan-results.ts";
import { scanCsv } from "./scan-results.ts";

/** A scan with what its page says of how it came about. */
export interface ScanOrigin extends Scanned {
  readonly device: Device;
  readonly seed: number;
  /** What was scanned, for the eye: a folder or the name of a drawn set. */
  readonly source: string;
}

/** The files of a scan: suspects.csv, and the page suspects.html. */
export async function scanFiles(scanned: ScanOrigin): Promise<readonly { name: string; content: string }[]> {
  return [{ name: "suspects.csv", content: scanCsv(scanned) }];
}
