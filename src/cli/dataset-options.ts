import { resolve } from "node:path";
import { detectFormat } from "../data/detect-format.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { openFolder } from "../node/index.ts";
import { ConfigError } from "../tensor/errors.ts";

const formatNames: readonly string[] = datasetFormats.map(({ name }) => name);

/** The options that say where images come from, for the commands that read some. */
export const datasetOptions = {
  dataset: {
    kind: "choice",
    default: null,
    choices: formatNames as readonly string[],
    doc: "format of the images, listed below; default: what --data holds",
  },
  data: { kind: "text", default: null, form: "DIR", doc: "folder of the images, for formats that read one" },
} as const;

/** An option of a whole number, as `OptionsOf` reads its type. */
export interface IntegerOption<D extends number | null> {
  readonly kind: "integer";
  readonly default: D;
  readonly from: number;
  readonly to: number;
  readonly unit?: string;
  readonly doc: string;
}

/** The option `--limit`. @param doc - what is done with the first N images. */
export function limitFor(doc: string): IntegerOption<null> {
  return { kind: "integer", default: null, from: 1, to: 2 ** 31, unit: "images", doc };
}

/** The option `--seed`. @param doc - what it decides. */
export function seedFor(doc: string): IntegerOption<number> {
  return { kind: "integer", default: 0, from: 0, to: 2 ** 32 - 1, doc };
}

/** The format, and the folder that it reads; absolute, so that a run can go on from another folder. */
export interface DatasetChoice {
  readonly format: string;
  readonly folder: string | null;
}

/** @throws ConfigError if the format is not said or needs another kind of source; DataError for a folder of no known format. */
export async function chooseDataset(values: {
  readonly dataset: string | null;
  readonly data: string | null;
}): Promise<DatasetChoice> {
  const { dataset, data } = values;
  const folder = data === null ? null : resolve(data);
  if (dataset === null) {
    if (folder === null) {
      const drawn = datasetFormats.filter(({ reads }) => reads === "nothing").map(({ name }) => `--dataset ${name}`);
      throw new ConfigError(`--data is missing: the folder of the images, or ${drawn.join(" or ")}, which needs none`);
    }
    return { format: (await detectFormat(openFolder(folder))).name, folder };
  }
  const format = datasetFormats.find(({ name }) => name === dataset)!;
  if (format.reads === "folder" && folder === null) throw new ConfigError("--data is missing");
  if (format.reads === "nothing" && folder !== null) {
    throw new ConfigError(`--dataset ${dataset} reads no folder: leave out --data, or --dataset`);
  }
  return { format: dataset, folder };
}
