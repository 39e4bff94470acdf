import { readFileSync } from "node:fs";
import process from "node:process";
import { code } from "./code.generated.ts";

/** This package's version. */
export function packageVersion(): string {
  const manifest = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** What ran, for reports. */
export interface Versions {
  readonly deconfound: string;
  /** Digest of the code that decides what a training comes to, which changes more often than the version. */
  readonly code: string;
  readonly node: string;
  readonly platform: string;
}

export function versions(): Versions {
  return { deconfound: packageVersion(), code, node: process.version, platform: `${process.platform} ${process.arch}` };
}
