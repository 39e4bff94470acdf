import { resolve } from "node:path";
import { usualCleanShare } from "../backdoor/clean-subset.ts";
import { defences } from "../backdoor/defences/index.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { defaultsOf } from "../options/table.ts";
import { ConfigError } from "../tensor/errors.ts";
import { chooseDataset } from "./dataset-options.ts";
import { manifestName, readManifest } from "./manifest.ts";
import type { DatasetConfig } from "./run-config.ts";

/** Where the clean images of a run come from: a share of the training images that no attack changed, or a folder. */
export type CleanConfig = { readonly share: number } | { readonly dataset: DatasetConfig };

/** What the command line says of them. */
interface Said {
  readonly clean: string | null;
  readonly "clean-share": number | null;
  readonly defence: readonly string[];
}

const users: readonly string[] = defences.filter(({ needs }) => needs === "cleanSubset").map(({ name }) => name);

/**
 * Null where no chosen defence needs clean images.
 *
 * @param run - `attacked`: this program knows of each training image whether it is poisoned.
 * @throws ConfigError for an option without a defence that uses it, and where nothing says which images are clean.
 */
export async function chooseClean(
  { clean, "clean-share": share, defence }: Said,
  { dataset, attacked }: { readonly dataset: DatasetConfig; readonly attacked: boolean },
): Promise<CleanConfig | null> {
  const flag = clean !== null ? "--clean" : share !== null ? "--clean-share" : null;
  const user = defence.find((name) => users.includes(name));
  if (user === undefined) {
    if (flag === null) return null;
    throw new ConfigError(`${flag}: of ${defence.join(", ")}, none uses clean images`, [
      `leave it out, or add one that does: ${users.join(", ")}`,
    ]);
  }
  if (share === 0) {
    throw new ConfigError("--clean-share 0 gives no clean image", [`leave it out for ${usualCleanShare}`]);
  }
  if (clean === null) {
    if (share !== null || attacked || dataset.folder === null) return { share: share ?? usualCleanShare };
    throw new ConfigError(
      `--defence ${user} needs clean images, and nothing says which of ${dataset.folder} are clean`,
      [
        `--clean DIR is a folder of clean images; --clean-share ${usualCleanShare} draws them from the training set, if you know that all of it is clean`,
      ],
    );
  }
  if (share !== null) throw new ConfigError("--clean and --clean-share exclude each other");
  if (((await readManifest(clean))?.images.length ?? 0) > 0) {
    throw new ConfigError(`--clean ${clean}: is a poisoned set, its ${manifestName} says`, ["name a clean one"]);
  }
  const source = await chooseDataset({ dataset: null, data: resolve(clean) });
  if (source.format === dataset.format) return { dataset: { ...source, options: dataset.options } };
  const format = datasetFormats.find(({ name }) => name === source.format)!;
  return { dataset: { ...source, options: defaultsOf<object>(format.options) } };
}
