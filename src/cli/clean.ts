import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { diagnose } from "../backdoor/diagnostics.ts";
import type { Dataset } from "../data/dataset.ts";
import type { DatasetParts } from "../data/dataset-format.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { makeWritableFolder, readText, writeAtomically } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import { printable } from "../tensor/printable.ts";
import { checkedConfig } from "./check-config.ts";
import type { Command } from "./command.ts";
import { required } from "./command.ts";
import { chooseDataset } from "./dataset-options.ts";
import { exitCode } from "./exit-code.ts";
import { recordsHelp } from "./help.ts";
import { loadData, loadParts } from "./load-data.ts";
import type { RunConfig } from "./run-config.ts";
import { byName } from "./run-config.ts";
import type { RunIdentity } from "./run-identity.ts";
import { dataDigest } from "./run-identity.ts";
import { describeFinding } from "./suspects.ts";
import type { SuspectRow } from "./suspects-file.ts";
import { readSuspects } from "./suspects-file.ts";

const options = {
  suspects: { kind: "text", default: null, form: "FILE", doc: "suspects.csv of a train run" },
  drop: {
    kind: "text",
    default: "auto",
    form: "N|auto",
    doc: "how many of the most suspect images; auto: the estimated number",
  },
  data: {
    kind: "text",
    default: null,
    form: "DIR",
    doc: "folder to clean; default: what the run.json beside FILE was trained on",
  },
  out: { kind: "text", default: null, form: "DIR", doc: "where the clean set goes" },
} as const;

/** `deconfound clean`: a training set without the images that look poisoned. */
export const cleanCommand: Command<typeof options> = {
  name: "clean",
  summary: "write the training set without the images that look poisoned",
  options,
  notes: `Without --data, run.json beside FILE says what was trained on; an attack that the run made is made again.
Images that --limit left out are left out here too: nothing is known of them.
A set is written in its own format, its test images as they are; a drawn one in the format arrays. train and predict read
both with --data.

${recordsHelp("Formats", datasetFormats)}`,
  async run(values, io) {
    const out = required(values.out, "out");
    const file = required(values.suspects, "suspects");
    const { run, rows: suspects } = await readSuspects(file);
    const dropped = chooseDropped(values.drop, suspects);
    const { format, folder, parts } = await loadExamined(values.data, file, run);
    const { train } = parts;
    const known = new Set(suspects.map(({ index }) => index));
    const stranger = suspects.find(({ index }) => index >= train.count);
    if (stranger !== undefined) {
      throw new DataError(`--suspects names image ${stranger.index}, the training set has ${train.count}`);
    }
    const kept = Array.from({ length: train.count }, (_, i) => i).filter((i) => known.has(i) && !dropped.has(i));
    const files = new Map(byName(datasetFormats, format).write(parts, kept));
    checkTarget(out, folder, new Set(files.keys()));
    await makeWritableFolder(out);
    for (const [name, content] of files) writeAtomically(join(out, name), content);
    io.out(`${suspects.length - dropped.size} of ${suspects.length} images in ${out}, ${dropped.size} dropped\n`);
    return exitCode.ok;
  },
};

function chooseDropped(text: string, suspects: readonly SuspectRow[]): ReadonlySet<number> {
  const most = suspects.length - 1;
  const count = text === "auto" ? countPoison(suspects) : /^\d+$/.test(text) ? Number(text) : -1;
  if (count < 0 || count > most) {
    throw new ConfigError(`--drop: expects auto or a whole number from 0 to ${most}, got ${JSON.stringify(text)}`);
  }
  return new Set(suspects.slice(0, count).map(({ index }) => index));
}

/** @throws ConfigError where the suspicions do not look like poison: dropping their upper part would harm the set. */
function countPoison(suspects: readonly SuspectRow[]): number {
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

/** @throws ConfigError for the set that is cleaned, and for a folder in which other files would lie beside the clean set. */
function checkTarget(out: string, source: string | null, names: ReadonlySet<string>): void {
  if (!existsSync(out)) return;
  if (source !== null && realpathSync(out) === realpathSync(source)) {
    throw new ConfigError(`--out ${out} is the set to clean itself; name another folder`);
  }
  const other = readdirSync(out).find((name) => !names.has(name));
  if (other !== undefined) {
    throw new ConfigError(`--out ${out} holds "${printable(other)}", which is not of the clean set; name a new folder`);
  }
}

interface Examined {
  readonly format: string;
  /** Where the set lies; null for a drawn one. */
  readonly folder: string | null;
  /** The training images as the run saw them, poison included. */
  readonly parts: DatasetParts & { readonly train: Dataset };
}

/** @param run - the run that the list of suspects is of. */
async function loadExamined(folder: string | null, suspects: string, run: string | undefined): Promise<Examined> {
  const path = join(dirname(suspects), "run.json");
  if (folder !== null && !existsSync(path)) return loadFolder(folder);
  const report = await readReport(path);
  if (report.run !== run) {
    throw new DataError(
      `${suspects} is of run ${named(run)}, ${path} of run ${named(report.run)}: they do not belong together`,
    );
  }
  const { config } = report;
  const dataset =
    folder === null ? config.dataset : { ...config.dataset, ...(await chooseDataset({ dataset: null, data: folder })) };
  const { parts, train } = await loadData({ ...config, dataset });
  if (report.data !== undefined && report.data !== dataDigest(train)) {
    throw new DataError(`${dataset.folder ?? path}: is not the set that run ${named(run)} was trained on`);
  }
  return { format: dataset.format, folder: dataset.folder, parts: { ...parts, train } };
}

async function loadFolder(path: string): Promise<Examined> {
  const { format, folder } = await chooseDataset({ dataset: null, data: path });
  const parts = await loadParts({ dataset: { format, folder, options: {} }, limit: null, seed: 0 });
  return { format, folder, parts };
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
