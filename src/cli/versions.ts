import { readFileSync } from "node:fs";
import process from "node:process";

/** This package's version. */
export function packageVersion(): string {
  const manifest = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** What ran, for reports. */
export interface Versions {
  readonly deconfound: string;
  readonly node: string;
  readonly platform: string;
}

export function versions(): Versions {
  return { deconfound: packageVersion(), node: process.version, platform: `${process.platform} ${process.arch}` };
}
