import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { ScanDatasetOptions } from "../backdoor/scan/scan-dataset.ts";
import { scanDataset } from "../backdoor/scan/scan-dataset.ts";
import { verdictOf } from "../backdoor/scan/verdict.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { isTemporary, makeWritableFolder, writeAtomically } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { encodeAlarm } from "./alarm-file.ts";
import type { Command } from "./command.ts";
import type { IntegerOption } from "./dataset-options.ts";
import { datasetOptions, limitFor, seedFor } from "./dataset-options.ts";
import {
  deviceConfig,
  deviceOption,
  openChosen,
  residentBytesOf,
  residentOption,
  tuningOption,
} from "./device-option.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import { recordsHelp } from "./help.ts";
import type { Io } from "./io.ts";
import type { RunData } from "./load-data.ts";
import { loadData, tellNotes } from "./load-data.ts";
import { pictureRule } from "./model-file.ts";
import { formatOwners } from "./option-owners.ts";
import { openProgress } from "./progress.ts";
import { parseSource } from "./run-config.ts";
import type { ScanOrigin } from "./scan-facts.ts";
import { scanFiles } from "./scan-files.ts";
import type { Scanned } from "./scan-results.ts";
import { scanResults } from "./scan-results.ts";
import { trainOptions } from "./train-options.ts";

const options = {
  dataset: datasetOptions.dataset as typeof datasetOptions.dataset,
  data: datasetOptions.data as typeof datasetOptions.data,
  limit: limitFor("scan the first N images only") as IntegerOption<null>,
  set: trainOptions.set as typeof trainOptions.set,
  seed: seedFor("decides the initial values and the order of the images") as IntegerOption<number>,
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  resident: residentOption as typeof residentOption,
  out: {
    kind: "text",
    default: null,
    form: "DIR",
    doc: "new or empty folder for suspects.csv, the page suspects.html and, where poison was found, alarm.safetensors",
  },
  json: { kind: "boolean", default: false, doc: "print the result as JSON instead of the verdict" },
} as const;

/** `deconfound scan`: which images of a training set look poisoned. */
export const scanCommand: Command<typeof options> = {
  name: "scan",
  summary: "look for poisoned images in a training set, without training on it",
  options,
  owners: formatOwners,
  operands: { form: "[DIR]", doc: "folder of the images, the same as --data DIR", most: 1 },
  notes: `The verdict goes to standard output, and the paths of the files written. Exit code 0 says that the scan came to its end,
whatever it found. With --json, standard output has one object: found, rate, classes, separation, threshold, seconds,
suspects: [{ index, path, label, score }] (docs/scan.md).

${recordsHelp("Dataset formats, for --dataset", datasetFormats)}`,
  async run(values, io, given) {
    const data = oneFolder(given.operands[0], values.data);
    const { dataset } = await parseSource({ ...values, data, attack: [] }, given);
    const { out, limit, seed } = values;
    if (out !== null) await makeEmptyFolder(out);
    const loaded = await loadData({ dataset, limit, seed, attacks: [], poisoned: false }, null);
    tellNotes(loaded.parts, io);
    const device = await openChosen(deviceConfig(values), io);
    try {
      const scanned = await scanShown({ device, seed, residentBytes: residentBytesOf(values) }, loaded, io);
      if (scanned === null) return exitCode.interrupted;
      const source = dataset.folder ?? `dataset ${dataset.format}`;
      const files = out === null ? [] : await filesOf({ ...scanned, device, seed, source }, dataset.options);
      const { sentence, notes } = verdictOf(scanned.scan, scanned.dataset);
      const words = `${[sentence, ...notes].join("\n")}\n`;
      if (values.json) io.err(words);
      io.out(values.json ? `${JSON.stringify(scanResults(scanned))}\n` : words);
      return writeFiles(out, files, values.json ? io.err : io.out, io);
    } finally {
      device.close();
    }
  },
};

/** @throws ConfigError if both are given. */
function oneFolder(operand: string | undefined, data: string | null): string | null {
  if (operand !== undefined && data !== null) throw new ConfigError("DIR and --data are the same: leave one out");
  return operand ?? data;
}

/** @throws ConfigError for a folder that holds something: what is there could be the set itself. */
async function makeEmptyFolder(path: string): Promise<void> {
  await makeWritableFolder(path);
  const name = readdirSync(path).find((one) => !isTemporary(one));
  if (name === undefined) return;
  throw new ConfigError(`--out ${path} is not empty, it holds "${printable(name)}"`, ["name a new folder"]);
}

/** Scans with a line of progress. @returns null if it was interrupted. */
async function scanShown(
  how: Pick<ScanDatasetOptions, "device" | "seed" | "residentBytes">,
  { train, parts }: RunData,
  io: Io,
): Promise<Scanned | null> {
  const progress = openProgress(io);
  let stop = false;
  const forget = io.onInterrupt(() => {
    stop = true;
    progress.note("stopping after this step; once more to stop at once");
  });
  const start = performance.now();
  try {
    const scan = await scanDataset({
      ...how,
      dataset: train,
      shouldStop: () => stop,
      onProgress: async ({ title, done }) => {
        progress.step({ label: `scan: ${title}`, epoch: 100 * done, epochs: 100, unit: "percent" });
        await turn(); // lets signals in
      },
    });
    if (scan !== null) {
      return { scan, dataset: train, paths: parts.paths, seconds: (performance.now() - start) / 1000 };
    }
    progress.note("stopped; nothing was written");
    return null;
  } finally {
    forget();
    progress.end();
  }
}

/** Its files, and where there are suspects the network that tells them from other images. @param options - of the dataset format. */
async function filesOf(
  scanned: ScanOrigin,
  options: object,
): Promise<readonly { readonly name: string; readonly content: string | Uint8Array }[]> {
  const files = await scanFiles(scanned);
  const { scan, dataset } = scanned;
  if (scan.alarm === null) return files;
  const pictures = pictureRule(dataset.channels, options);
  return [...files, { name: "alarm.safetensors", content: await encodeAlarm({ ...dataset, pictures }, scan.alarm) }];
}

/** Writes the files last, when their content is known: the verdict is out by then, whatever the disk does. */
function writeFiles(
  out: string | null,
  files: Awaited<ReturnType<typeof filesOf>>,
  tell: (text: string) => void,
  io: Io,
): ExitCode {
  try {
    for (const { name, content } of files) {
      writeAtomically(join(out!, name), content);
      tell(`${join(out!, name)}\n`);
    }
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    io.err(`deconfound scan: ${error.message.split("\n")[0]}\n`);
    return exitCode.notWritten;
  }
}
