import { existsSync } from "node:fs";
import { join } from "node:path";
import { readText } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import * as json from "../tensor/json-schema.ts";
import { checkedAttacks, checkedFormat } from "./check-config.ts";
import type { DatasetConfig, Named } from "./run-config.ts";

/** The file that tells a poisoned set from a clean one. */
export const manifestName = "manifest.json";

/** A training image that an attack changed. */
export interface ManifestImage {
  /** In the order in which the set is read. */
  readonly index: number;
  /** Where it has a file of its own. */
  readonly path?: string | undefined;
  readonly attack: string;
  /** 1: trigger; 2: false trigger, with its own label. */
  readonly flag: number;
  readonly label: number;
  readonly originalLabel: number;
}

/** What `poison` did to a set. */
export interface Manifest {
  readonly format: 1;
  /** How the set is read. */
  readonly dataset: Pick<DatasetConfig, "format" | "options">;
  readonly attacks: readonly Named[];
  readonly seed: number;
  /** Training images. */
  readonly count: number;
  /** SHA-256 of the training images and labels, poison included, as they are read. */
  readonly data: string;
  /** Ascending. */
  readonly images: readonly ManifestImage[];
}

const count = json.integer({ min: 0 });
const plain = json.object({
  format: json.literal(1),
  seed: count,
  count,
  data: json.string,
  images: json.list(
    json.object({
      index: count,
      path: json.optional(json.string),
      attack: json.string,
      flag: json.literal(1, 2),
      label: count,
      originalLabel: count,
    }),
  ),
});

const largest = 2 ** 30; // bytes

/** The manifest of a folder; null without one. @throws DataError naming the first field that does not fit. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const path = join(folder, manifestName);
  if (!existsSync(path)) return null;
  const value = parseJson(await readText(path, largest), path) as { dataset?: unknown; attacks?: unknown } | null;
  const checked = json.check(plain, value, path);
  const stranger = checked.images.find(({ index }) => index >= checked.count);
  if (stranger !== undefined) throw new DataError(`${path}: names image ${stranger.index} of ${checked.count}`);
  try {
    return { ...checked, dataset: checkedFormat(value!.dataset), attacks: checkedAttacks(value!.attacks) };
  } catch (error) {
    if (error instanceof ConfigError) throw new DataError(`${path}: ${error.message}`);
    throw error;
  }
}
