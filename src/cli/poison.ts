import { join, resolve } from "node:path";
import { attacks } from "../backdoor/attacks/index.ts";
import { imageBytes } from "../data/dataset.ts";
import type { DatasetParts, WrittenFile } from "../data/dataset-format.ts";
import { detectFormat } from "../data/detect-format.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { checkUnusedFolder, openFolder, writeAtomically, writeFolder } from "../node/index.ts";
import { defaultsOf } from "../options/table.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { attackFor } from "./attack-option.ts";
import type { Command } from "./command.ts";
import { required } from "./command.ts";
import type { IntegerOption } from "./dataset-options.ts";
import { datasetOptions, limitFor, seedFor } from "./dataset-options.ts";
import { deviceConfig, deviceOption, residentOption, tuningOption, withDevice } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { className } from "./format-results.ts";
import { recordsHelp } from "./help.ts";
import type { RunData } from "./load-data.ts";
import { loadData, loadParts, sourceOf, tellNotes } from "./load-data.ts";
import type { Manifest, ManifestImage } from "./manifest.ts";
import { manifestName, readManifest } from "./manifest.ts";
import { attackOwners, formatOwners } from "./option-owners.ts";
import type { DatasetConfig, RunConfig } from "./run-config.ts";
import { byName, parseSource } from "./run-config.ts";
import { inFolder } from "./run-folder.ts";
import { dataDigest } from "./run-identity.ts";
import { trainOptions } from "./train-options.ts";
import { removeUnfinished, savingUnfinished, unfinishedEnd } from "./unfinished.ts";

const options = {
  dataset: datasetOptions.dataset as typeof datasetOptions.dataset,
  data: datasetOptions.data as typeof datasetOptions.data,
  limit: limitFor("poison and write the first N training images only") as IntegerOption<null>,
  attack: attackFor("attacks that poison the set, each other images of it") as ReturnType<typeof attackFor>,
  set: trainOptions.set as typeof trainOptions.set,
  seed: seedFor("decides which images are poisoned, and triggers that are drawn") as IntegerOption<number>,
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  resident: residentOption as typeof residentOption,
  out: { kind: "text", default: null, form: "DIR", doc: "new folder for the poisoned set" },
} as const;

/** `deconfound poison`: a poisoned training set, and the record of what was done to it. */
export const poisonCommand: Command<typeof options> = {
  name: "poison",
  summary: "write a poisoned training set, and which of its images are poisoned",
  options,
  owners: [...formatOwners, ...attackOwners],
  notes: `The set is written in its own format (a drawn one as arrays), its test images as they are, with ${manifestName}: attacks, seed,
SHA-256 of the training images, and each changed image with its label, its label before, and a flag: 1 trigger, 2 false trigger with
its own label. An attack that must train something keeps what it has learned in DIR${unfinishedEnd} until the set is written: after an
interrupt the same command goes on. train --poisoned DIR knows from it which images are poisoned, and how to trigger test images.

${recordsHelp("Dataset formats, for --dataset", datasetFormats)}
${recordsHelp("Attacks, for --attack", attacks)}`,
  async run(values, io, given) {
    const out = required(values.out, "out");
    const { dataset, attacks } = await parseSource(values, given);
    if (attacks.length === 0) throw new ConfigError("--attack is missing: there is nothing to poison with");
    if (dataset.folder !== null && (await readManifest(dataset.folder)) !== null) {
      throw new ConfigError(`--data ${dataset.folder} is poisoned already`, [
        "poison the clean set, with several attacks at once",
      ]);
    }
    await checkUnusedFolder(out);
    const config = { dataset, attacks, limit: values.limit, seed: values.seed, poisoned: false };
    const unfinished = `${resolve(out)}${unfinishedEnd}`;
    const data = await withDevice(deviceConfig(values), io, (device) =>
      inFolder(unfinished, false, (folder) =>
        loadData(config, { io, device, folder: unfinished, saving: savingUnfinished(folder) }),
      ),
    );
    tellNotes(data.parts, io);
    await writePoisoned(out, config, data);
    removeUnfinished(unfinished, data.attackFiles);
    io.out(`${describePoison(data).join("\n")}\n${data.train.count} training images in ${out}\n`);
    return exitCode.ok;
  },
};

type Config = Pick<RunConfig, "dataset" | "attacks" | "limit" | "seed">;

async function writePoisoned(out: string, config: Config, data: RunData): Promise<void> {
  const { train, parts, poisons, originalLabels } = data;
  const places = new Map<string, number>(); // of images by path, where each has its own file
  async function* files(): AsyncIterable<WrittenFile> {
    const kept = Array.from({ length: train.count }, (_, i) => i);
    const changed = new Set(poisons.flatMap(({ poisoned, noise }) => [...poisoned, ...noise]));
    const format = byName(datasetFormats, config.dataset.format);
    for await (const file of format.write({ ...parts, train }, { source: sourceOf(config), kept, changed })) {
      if (file.image !== undefined) places.set(file.name, file.image);
      yield file;
    }
    for (const { name, content } of data.attackFiles) yield { name, content: await content() };
  }
  await writeFolder(out, files());
  const dataset = await writtenAs(out, config.dataset);
  const read = await loadParts({ dataset, limit: null, seed: config.seed });
  const before = imagesBefore(read, data, places, out);
  const by = new Map<number, Pick<ManifestImage, "attack" | "flag">>(
    poisons.flatMap(({ attack, poisoned, noise }) => [
      ...poisoned.map((index) => [index, { attack, flag: 1 }] as const),
      ...noise.map((index) => [index, { attack, flag: 2 }] as const),
    ]),
  );
  const images = before.flatMap((from, index) => {
    const done = by.get(from);
    const path = read.paths?.[index];
    if (done === undefined) return [];
    const labels = { label: train.labels[from]!, originalLabel: originalLabels[from]! };
    return [{ index, ...(path === undefined ? {} : { path }), ...done, ...labels }];
  });
  const { format, options: how } = dataset;
  const manifest: Manifest = {
    format: 1,
    dataset: { format, options: how },
    ...{ attacks: config.attacks, seed: config.seed, count: train.count, data: dataDigest(read.train), images },
  };
  writeAtomically(join(out, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
}

/** How the written set is read: as the clean one was, unless that was drawn. */
async function writtenAs(out: string, source: DatasetConfig): Promise<DatasetConfig> {
  const folder = resolve(out);
  if (source.folder !== null) return { ...source, folder };
  const format = await detectFormat(openFolder(folder));
  return { format: format.name, folder, options: defaultsOf<object>(format.options) };
}

/** For each image that is read, which it was when it was written. @throws DataError where the format did not keep it. */
function imagesBefore(
  { train: read, paths }: DatasetParts,
  { train }: RunData,
  places: ReadonlyMap<string, number>,
  out: string,
): readonly number[] {
  const bytes = imageBytes(train);
  const before = Array.from({ length: read.count }, (_, index) =>
    paths === undefined ? index : (places.get(paths[index]!) ?? -1),
  );
  const image = (images: Uint8Array, index: number): Uint8Array => images.subarray(index * bytes, (index + 1) * bytes);
  const wrong = before.findIndex(
    (from, index) =>
      read.labels[index] !== train.labels[from] ||
      Buffer.compare(image(read.images, index), image(train.images, from)) !== 0,
  );
  if (read.count === train.count && imageBytes(read) === bytes && wrong === -1) return before;
  throw new DataError(`${out}: is not read back as it was written, image ${wrong} of ${read.count}`, [
    `expects ${train.count} images with their labels; a class without images would change the labels of those after it`,
  ]);
}

/** A line per attack: how many images it changed, as shares of the set and of its target class. */
export function describePoison({ poisons, train, originalLabels }: RunData): string[] {
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  return poisons.map(({ attack, poisoned, noise, target }) => {
    const size = originalLabels.reduce((sum, label) => sum + (label === target ? 1 : 0), 0);
    const ofClass =
      target === null || size === 0
        ? ""
        : `, as many as ${percent(poisoned.length, size)} of the ${size} of class ${className(target, train.classNames)}`;
    const beside = noise.length === 0 ? "" : `; ${noise.length} more have a false trigger and their own label`;
    return `${attack}: ${poisoned.length} of ${train.count} training images are poisoned (${percent(poisoned.length, train.count)}${ofClass})${beside}`;
  });
}
