import type { Dataset } from "../data/dataset.ts";
import type { Network } from "../nn/network.ts";
import { digestOf } from "../node/index.ts";
import { isTensor } from "../tensor/tensor.ts";
import { leavesOf } from "../tensor/tree.ts";
import type { RunData } from "./load-data.ts";
import type { RunConfig } from "./run-config.ts";

/** Tells the files of one run from those of another. Equal runs have equal identities, wherever their files lie. */
export interface RunIdentity {
  /** Of all that decides the results but the device: 16 hexadecimal digits, which every file of the run holds. */
  readonly run: string;
  /** SHA-256 of the images and labels that are trained on, poison included. */
  readonly data: string;
}

/** @param initial - networks to start phases from, by phase. @param clean - the clean images of defences that need some. */
export async function identityOf(
  config: RunConfig,
  { train, test }: RunData,
  initial: Readonly<Record<string, Network<object, object>>>,
  clean: Dataset | null,
): Promise<RunIdentity> {
  const data = dataDigest(train);
  const weights: (string | ArrayBufferView)[] = [];
  for (const { path, value } of leavesOf(initial)) if (isTensor(value)) weights.push(path, await value.data());
  const images = [data, dataDigest(test.dataset), ...(clean === null ? [] : [dataDigest(clean)])];
  return { run: digestOf([decisiveText(config), ...images, ...weights]).slice(0, 16), data };
}

/** What of a configuration decides the results, besides images and starting weights: not where it runs, nor where files lie. */
export function decisiveText(config: RunConfig): string {
  const { device: _, tuning: __, resident: ___, dataset, initial: ____, clean, ...decisive } = config;
  const source = clean !== null && "dataset" in clean ? { dataset: { ...clean.dataset, folder: null } } : clean;
  // runs without clean images have the names that they had before there were any
  const given = source === null ? {} : { clean: source };
  return JSON.stringify(sorted({ ...decisive, ...given, dataset: { ...dataset, folder: null } }));
}

/** SHA-256 of a dataset's images and labels. */
export function dataDigest({ images, labels, count, height, width, channels, classes }: Dataset): string {
  return digestOf([[count, height, width, channels, classes].join(), images, labels]);
}

/** The same value with the keys of its objects in one order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}
