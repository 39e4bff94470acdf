import { attacks } from "../backdoor/attacks/index.ts";
import { defences } from "../backdoor/defences/index.ts";
import type { TrainingOptions } from "../backdoor/training-options.ts";
import { trainingOptionTable } from "../backdoor/training-options.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { parseModel } from "../nn/models/index.ts";
import type { OptionTable } from "../options/option.ts";
import { checkedOptions } from "../options/table.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Named, RunConfig } from "./run-config.ts";
import { trainOptions } from "./train-options.ts";

/** The fields of a configuration that are options of `train` as they stand. */
const plainFields = {
  limit: trainOptions.limit,
  preset: trainOptions.preset,
  seed: trainOptions.seed,
  device: trainOptions.device,
  tuning: trainOptions.tuning,
  resident: trainOptions.resident,
} as const;

/**
 * Checks a run's configuration that was read from a file, against the same tables that the command line is read by.
 *
 * @param source - the file, for errors.
 * @throws DataError naming the first field that is missing, unknown or out of range.
 */
export function checkedConfig(value: unknown, source: string): RunConfig {
  try {
    const {
      dataset,
      attacks: poisoning,
      poisoned,
      defences: trained,
      clean,
      training,
      model,
      initial,
      ...plain
    } = { clean: null, ...fieldsOf(value, "config") } as Fields; // files of older versions have no clean
    const { limit, preset, seed, device, tuning, resident } = checkedOptions<
      Pick<RunConfig, "limit" | "preset" | "seed" | "device" | "tuning" | "resident">
    >(plainFields, { resident: null, ...plain }, "config"); // files of older versions have none
    return {
      dataset: checkedDataset(dataset),
      limit,
      attacks: checkedAttacks(poisoning),
      poisoned: checkedFlag(poisoned, "poisoned"),
      training: checkedOptions<TrainingOptions>(trainingOptionTable, training, "training"),
      defences: listOf(trained, "defences").map((defence) => checkedRecord(defences, defence, "defence")),
      clean: checkedClean(clean),
      preset,
      model: parseModel(textOf(model, "model")).name,
      initial: checkedPaths(initial),
      seed,
      device,
      tuning,
      resident,
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new DataError(`${source}: ${error.message}`);
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ConfigError(`${name} is not an object`);
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new ConfigError(`${name} is not a list of at least one`);
}

/** No attack, or several, each once. @throws ConfigError */
export function checkedAttacks(value: unknown): readonly Named[] {
  if (!Array.isArray(value)) throw new ConfigError("attacks is not a list");
  const checked = value.map((attack) => checkedRecord(attacks, attack, "attack"));
  if (new Set(checked.map(({ name }) => name)).size === checked.length) return checked;
  throw new ConfigError("attacks names one twice");
}

function checkedFlag(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  throw new ConfigError(`${name} is neither true nor false`);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new ConfigError(`${name} is not a text`);
}

interface Listed {
  readonly name: string;
  readonly options: OptionTable;
}

function findRecord(records: readonly Listed[], name: unknown, kind: string): Listed {
  const known = records.find((record) => record.name === name);
  if (known === undefined) throw new ConfigError(`there is no ${kind} ${printable(JSON.stringify(name) ?? "")}`);
  return known;
}

function checkedRecord(records: readonly Listed[], value: unknown, kind: string): { name: string; options: object } {
  const { name, options } = fieldsOf(value, kind);
  const known = findRecord(records, name, kind);
  return { name: known.name, options: checkedOptions<object>(known.options, options, known.name) };
}

function checkedDataset(value: unknown): RunConfig["dataset"] {
  const { format, folder, options } = fieldsOf(value, "dataset");
  const known = findRecord(datasetFormats, format, "dataset format");
  const reads = datasetFormats.find(({ name }) => name === known.name)!.reads === "folder";
  if (!reads && folder !== null) throw new ConfigError(`dataset.folder: ${known.name} reads no folder`);
  return {
    format: known.name,
    folder: reads ? textOf(folder, "dataset.folder") : null,
    options: checkedOptions<object>(known.options, options, known.name),
  };
}

function checkedClean(value: unknown): RunConfig["clean"] {
  if (value === null) return null;
  const fields = fieldsOf(value, "clean");
  if ("dataset" in fields) return { dataset: checkedDataset(fields["dataset"]) };
  const { share } = fields;
  if (typeof share === "number" && share > 0 && share <= 1) return { share };
  throw new ConfigError("clean.share is not a number above 0 and up to 1");
}

/** A format and its options, without the folder. @throws ConfigError */
export function checkedFormat(value: unknown): Pick<RunConfig["dataset"], "format" | "options"> {
  const { format, options } = fieldsOf(value, "dataset");
  const known = findRecord(datasetFormats, format, "dataset format");
  return { format: known.name, options: checkedOptions<object>(known.options, options, known.name) };
}

function checkedPaths(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(value, "initial"));
  return Object.fromEntries(entries.map(([phase, path]) => [phase, textOf(path, `initial.${printable(phase)}`)]));
}
