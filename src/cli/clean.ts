import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { diagnose } from "../backdoor/diagnostics.ts";
import type { DatasetParts } from "../data/dataset-format.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { readText, writeFolder } from "../node/index.ts";
import type { OptionsOf } from "../options/option.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import { printable } from "../tensor/printable.ts";
import { checkedConfig } from "./check-config.ts";
import type { Command, Given } from "./command.ts";
import { required } from "./command.ts";
import { datasetOptions } from "./dataset-options.ts";
import { withDevice } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { recordsHelp } from "./help.ts";
import type { Io } from "./io.ts";
import type { Wanted } from "./load-data.ts";
import { loadData, loadParts, sourceOf, tellNotes } from "./load-data.ts";
import { formatOwners } from "./option-owners.ts";
import type { RunConfig } from "./run-config.ts";
import { byName, parseSource } from "./run-config.ts";
import type { RunIdentity } from "./run-identity.ts";
import { dataDigest } from "./run-identity.ts";
import { describeFinding } from "./suspects.ts";
import type { SuspectRow } from "./suspects-file.ts";
import { readSuspects } from "./suspects-file.ts";

const options = {
  suspects: { kind: "text", default: null, form: "FILE", doc: "suspects.csv of a scan or a train run" },
  drop: {
    kind: "text",
    default: "auto",
    form: "N|auto",
    doc: "how many of the most suspect images are left out; auto: those that a scan names, or the number that a run estimates",
  },
  dataset: datasetOptions.dataset as typeof datasetOptions.dataset,
  data: {
    kind: "text",
    default: null,
    form: "DIR",
    doc: "folder to clean; default: what the run.json beside FILE was trained on",
  },
  out: { kind: "text", default: null, form: "DIR", doc: "new folder for the clean set" },
} as const;

/** `deconfound clean`: a training set without the images that look poisoned. */
export const cleanCommand: Command<typeof options> = {
  name: "clean",
  summary: "write the training set without the images that look poisoned",
  options,
  owners: formatOwners,
  notes: `FILE is CSV with the columns label, rank, suspicion or score, and index or path (in DIR); where a scan's column suspect is there,
auto drops the images that it names. Where the images have files of their own, a path says which image is meant.

Without --data, run.json beside FILE says what was trained on; an attack that the run made is made again.
Images that --limit left out are left out here too: nothing is known of them.
A set is written in its own format, its test images as they are; a drawn one in the format arrays. train and predict read
both with --data.

${recordsHelp("Dataset formats, for --dataset", datasetFormats)}`,
  async run(values, io, given) {
    const out = required(values.out, "out");
    const file = required(values.suspects, "suspects");
    const { run, rows: suspects } = await readSuspects(file);
    const count = chooseCount(values.drop, suspects);
    const { wanted, parts, changed } = await loadExamined(values, given, { suspects: file, run }, io);
    const { train } = parts;
    tellNotes(parts, io);
    const indices = indicesOf(suspects, parts, wanted.dataset.folder);
    const [known, dropped] = [new Set(indices), new Set(indices.slice(0, count))];
    const kept = Array.from({ length: train.count }, (_, i) => i).filter((i) => known.has(i) && !dropped.has(i));
    checkTarget(out, wanted.dataset.folder);
    const format = byName(datasetFormats, wanted.dataset.format);
    await writeFolder(out, format.write(parts, { source: sourceOf(wanted), kept, changed }));
    io.out(`${suspects.length - dropped.size} of ${suspects.length} images in ${out}, ${dropped.size} dropped\n`);
    return exitCode.ok;
  },
};

/** How many are dropped. */
function chooseCount(text: string, suspects: readonly SuspectRow[]): number {
  const most = suspects.length - 1;
  const count = text === "auto" ? countPoison(suspects) : /^\d+$/.test(text) ? Number(text) : -1;
  if (count < 0 || count > most) {
    throw new ConfigError(`--drop: expects auto or a whole number from 0 to ${most}, got ${JSON.stringify(text)}`);
  }
  return count;
}

/** @throws ConfigError where the suspicions do not look like poison: dropping their upper part would harm the set. */
function countPoison(suspects: readonly SuspectRow[]): number {
  if (suspects[0]!.named !== undefined) {
    const count = suspects.filter(({ named }) => named).length;
    if (count > 0) return count;
    throw new ConfigError("--drop auto: the scan names no image; --drop N drops the first N of the list all the same");
  }
  const labels = Int32Array.from(suspects, ({ label }) => label);
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const diagnosis = diagnose(
    { count: labels.length, labels, classes },
    suspects.map(({ suspicion }) => suspicion),
  );
  const { finding, estimatedRate } = diagnosis;
  if (finding === "poison") return Math.round(estimatedRate * labels.length);
  const found = describeFinding({ ...diagnosis, estimatedPoisonRate: 100 * estimatedRate });
  throw new ConfigError(`--drop auto: ${found}; --drop N drops the first N of the list all the same`);
}

/**
 * The listed images by index, in the list's order. A path says it where there is one: an index counts differently once images were
 * added, or in a scan with --limit.
 *
 * @throws DataError for an image that the set does not have, or has twice in the list.
 */
function indicesOf(
  suspects: readonly SuspectRow[],
  { train, paths }: DatasetParts,
  folder: string | null,
): readonly number[] {
  const known = new Map(paths?.map((path, index) => [path, index]));
  const find = (path: string): number | undefined =>
    known.get(path) ?? known.get(path.replace(/^\.\//, "")) ?? known.get(relative(folder ?? "", resolve(path)));
  const indices = suspects.map(({ index, path }) => {
    if (path !== undefined && paths !== undefined) {
      const found = find(path);
      if (found !== undefined) return found;
      throw new DataError(`--suspects names ${printable(path, 200)}, which is not a training image of ${folder}`);
    }
    if (index === undefined) {
      throw new DataError("--suspects names images by their paths; in this set they have an index only");
    }
    if (index < train.count) return index;
    throw new DataError(`--suspects names image ${index}, the training set has ${train.count}`);
  });
  const seen = new Set<number>();
  const twice = indices.find((index) => seen.size === seen.add(index).size);
  if (twice !== undefined) throw new DataError(`--suspects names image ${twice} twice`);
  return indices;
}

/** @throws ConfigError for the set that is cleaned. */
function checkTarget(out: string, source: string | null): void {
  if (source === null || !existsSync(out) || realpathSync(out) !== realpathSync(source)) return;
  throw new ConfigError(`--out ${out} is the set to clean itself; name another folder`);
}

interface Examined {
  readonly wanted: Wanted;
  /** The training images as the run saw them, poison included. */
  readonly parts: DatasetParts;
  /** The training images that an attack of the run changed. */
  readonly changed: ReadonlySet<number>;
}

/** @param run - the run that the list of suspects, a file, is of. */
async function loadExamined(
  values: Pick<OptionsOf<typeof options>, "dataset" | "data">,
  given: Given,
  { suspects, run }: { readonly suspects: string; readonly run: string | undefined },
  io: Io,
): Promise<Examined> {
  const path = join(dirname(suspects), "run.json");
  if (values.data !== null && !existsSync(path))
    return loadFolder(await parseSource({ ...values, attack: [], set: [] }, given));
  const [flag] = [...(values.dataset === null ? [] : ["dataset"]), ...given.flags.keys()];
  if (flag !== undefined) throw new ConfigError(`${path} says how the images are read; leave out --${flag}`);
  const report = await readReport(path);
  if (report.run !== run) {
    throw new DataError(
      `${suspects} is of run ${named(run)}, ${path} of run ${named(report.run)}: they do not belong together`,
    );
  }
  const { config } = report;
  const dataset = values.data === null ? config.dataset : { ...config.dataset, folder: resolve(values.data) };
  const { parts, train, poisoned, noise } = await withDevice(config, io, (device) =>
    loadData({ ...config, dataset }, { io, device, folder: dirname(suspects), saving: null }),
  );
  if (report.data !== undefined && report.data !== dataDigest(train)) {
    throw new DataError(`${dataset.folder ?? path}: is not the set that run ${named(run)} was trained on`);
  }
  return {
    wanted: { ...config, dataset },
    parts: { ...parts, train },
    changed: new Set([...(poisoned ?? []), ...noise]),
  };
}

async function loadFolder(source: Pick<RunConfig, "dataset">): Promise<Examined> {
  const wanted = { ...source, limit: null, seed: 0 };
  return { wanted, parts: await loadParts(wanted), changed: new Set() };
}

function named(run: string | undefined): string {
  return run === undefined ? "(none named)" : printable(run, 16);
}

const largestReport = 2 ** 28; // bytes; one line per epoch of each defence

async function readReport(path: string): Promise<{ config: RunConfig } & Partial<RunIdentity>> {
  try {
    const report = parseJson(await readText(path, largestReport), path) as Partial<
      Record<"config" | "run" | "data", unknown>
    > | null;
    const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    const [run, data] = [text(report?.run), text(report?.data)];
    return {
      config: checkedConfig(report?.config, path),
      ...(run === undefined ? {} : { run }),
      ...(data === undefined ? {} : { data }),
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ConfigError(`${error.message}; --data DIR names the folder to clean`);
  }
}
