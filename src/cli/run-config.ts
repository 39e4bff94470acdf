import { resolve } from "node:path";
import { isUsed, presetOptions } from "../backdoor/defence.ts";
import { defences } from "../backdoor/defences/index.ts";
import type { TrainingOptions } from "../backdoor/training-options.ts";
import { trainingOptionTable, trainingPresets } from "../backdoor/training-options.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { parseModel } from "../nn/models/index.ts";
import { openFolder } from "../node/index.ts";
import type { OptionsOf } from "../options/option.ts";
import { defaultsOf, withChanges } from "../options/table.ts";
import { ConfigError } from "../tensor/errors.ts";
import { namedAttacks } from "./attack-option.ts";
import type { CleanConfig } from "./clean-option.ts";
import { chooseClean } from "./clean-option.ts";
import type { Given } from "./command.ts";
import type { DatasetChoice } from "./dataset-options.ts";
import { chooseDataset } from "./dataset-options.ts";
import type { DeviceConfig } from "./device-option.ts";
import { deviceConfig } from "./device-option.ts";
import type { Manifest } from "./manifest.ts";
import { manifestName, readManifest } from "./manifest.ts";
import type { OptionOwner } from "./option-owners.ts";
import { attackOwners, formatOwners, trainingOwners } from "./option-owners.ts";
import type { Chosen } from "./settings.ts";
import { resolveSettings } from "./settings.ts";
import type { trainOptions } from "./train-options.ts";

/** A record of an index by name, with its options. */
export interface Named {
  readonly name: string;
  readonly options: object;
}

/** Where images come from. */
export interface DatasetConfig {
  readonly format: string;
  /** Absolute; null for a format that reads none. */
  readonly folder: string | null;
  readonly options: object;
}

/** One training run, resolved: equal configurations on one adapter give equal results. */
export interface RunConfig extends DeviceConfig {
  readonly dataset: DatasetConfig;
  readonly limit: number | null;
  /** None for a set that is trained on as it is. */
  readonly attacks: readonly Named[];
  /** The folder holds a set that `poison` wrote: these attacks were made already. */
  readonly poisoned: boolean;
  readonly defences: readonly Named[];
  /** Where clean images come from; null where no defence needs any. */
  readonly clean: CleanConfig | null;
  readonly preset: string;
  /** Options of every training. */
  readonly training: TrainingOptions;
  readonly model: string;
  /** Files to start phases from, by phase. */
  readonly initial: Readonly<Record<string, string>>;
  readonly seed: number;
}

/** @throws ConfigError naming the first option that does not fit; DataError for a folder of no known format. */
export async function parseRunConfig(values: OptionsOf<typeof trainOptions>, { flags }: Given): Promise<RunConfig> {
  const { dataset, attacks, poisoned, training } = await parseRecords(values, flags);
  return {
    dataset,
    limit: values.limit,
    attacks,
    poisoned,
    ...training,
    clean: await chooseClean(values, { dataset, attacked: attacks.length > 0 }),
    preset: values.preset,
    model: parseModel(values.model).name,
    initial: {
      ...(values.init === null ? {} : { clean: resolve(values.init) }),
      ...(values["backdoor-init"] === null ? {} : { backdoor: resolve(values["backdoor-init"]) }),
    },
    seed: values.seed,
    ...deviceConfig(values),
  };
}

type Records = Pick<
  OptionsOf<typeof trainOptions>,
  "dataset" | "data" | "poisoned" | "attack" | "defence" | "preset" | "set"
>;

async function parseRecords(
  values: Records,
  flags: Given["flags"],
): Promise<{
  dataset: DatasetConfig;
  attacks: readonly Named[];
  poisoned: boolean;
  training: Pick<RunConfig, "training" | "defences">;
}> {
  const { source, manifest } = await choosePoisoned(values);
  const format = byName(formatOwners, source.format);
  const attacks = namedAttacks(values.attack).map((name) => byName(attackOwners, name));
  const chosen: Chosen[] = [
    { owner: format, base: manifest?.dataset.options ?? defaultsOf<object>(format.options) },
    ...attacks.map((owner) => ({ owner, base: defaultsOf<object>(owner.options) })),
    ...trainingOwners.map((owner) => chosenBy(owner, values.preset)),
  ];
  const all = [...formatOwners, ...attackOwners, ...trainingOwners];
  const resolved = resolveSettings(chosen, all, {
    flags,
    assignments: values.set,
    classNames: await classNamesOf(source),
  });
  return {
    dataset: { ...source, options: resolved.get(format)! },
    attacks: manifest?.attacks ?? attacks.map((owner) => attackWith(owner, resolved.get(owner)!)),
    poisoned: manifest !== null,
    training: {
      training: resolved.get(byName(trainingOwners, ""))! as TrainingOptions,
      defences: values.defence.map((name) => ({ name, options: resolved.get(byName(trainingOwners, name))! })),
    },
  };
}

/** Where images come from, and what a poisoned set's manifest says. @throws ConfigError for a manifest beside an attack, or none where one must be. */
async function choosePoisoned(values: Records): Promise<{ source: DatasetChoice; manifest: Manifest | null }> {
  const { data, poisoned, attack } = values;
  if (data !== null && poisoned !== null) throw new ConfigError("--data and --poisoned are the same: leave one out");
  const folder = poisoned ?? data;
  const manifest = folder === null ? null : await readManifest(folder);
  if (manifest === null) {
    if (poisoned === null) return { source: await chooseDataset(values), manifest };
    throw new ConfigError(`--poisoned ${poisoned}: holds no ${manifestName}`, ["deconfound poison writes such a set"]);
  }
  if (namedAttacks(attack).length > 0) {
    throw new ConfigError(
      `--attack: ${folder} is poisoned already, by ${manifest.attacks.map(({ name }) => name).join(", ")}`,
    );
  }
  const source = await chooseDataset({ dataset: values.dataset ?? manifest.dataset.format, data: folder });
  if (source.format === manifest.dataset.format) return { source, manifest };
  throw new ConfigError(`--dataset ${source.format}: ${manifestName} in ${folder} says ${manifest.dataset.format}`);
}

/** Options by the preset, and which of them decide something: where the defence has none of that name, by its first one. */
function chosenBy(owner: OptionOwner, preset: string): Chosen {
  if (owner.name === "") {
    const defaults = defaultsOf<TrainingOptions>(trainingOptionTable);
    const base = withChanges<TrainingOptions>(trainingOptionTable, defaults, trainingPresets[preset] ?? {});
    return { owner, base };
  }
  const defence = byName(defences, owner.name);
  const { presets = {} } = defence;
  const name = Object.hasOwn(presets, preset) ? preset : Object.keys(presets)[0];
  return { owner, base: presetOptions(defence, name), isUsed: (option) => isUsed(presets[name ?? ""] ?? {}, option) };
}

/** Names of the set's classes, by label, as far as they are known before it is read. */
async function classNamesOf({ format, folder }: DatasetChoice): Promise<readonly string[]> {
  const { classNames = [], classNamesIn } = byName(datasetFormats, format);
  if (classNamesIn === undefined || folder === null) return classNames;
  const opened = openFolder(folder);
  return classNamesIn(await opened.list(), opened);
}

/** An attack of a run; the path of its picture becomes absolute, so that a run can go on from another folder. */
function attackWith({ name }: OptionOwner, options: object): Named {
  const { image } = options as { readonly image?: string | null };
  return { name, options: typeof image === "string" ? { ...options, image: resolve(image) } : options };
}

/** A record of an index. */
export function byName<R extends { readonly name: string }>(records: readonly R[], name: string): R {
  return records.find((record) => record.name === name)!;
}

/** Options of a dataset and an attack alone, for the commands that do not train. */
export async function parseSource(
  values: {
    readonly dataset: string | null;
    readonly data: string | null;
    readonly attack: readonly string[];
    readonly set: readonly string[];
  },
  { flags }: Given,
): Promise<Pick<RunConfig, "dataset" | "attacks">> {
  const source = await chooseDataset(values);
  const format = byName(formatOwners, source.format);
  const attacks = namedAttacks(values.attack).map((name) => byName(attackOwners, name));
  const chosen = [format, ...attacks].map((owner) => ({ owner, base: defaultsOf<object>(owner.options) }));
  const resolved = resolveSettings(chosen, [...formatOwners, ...attackOwners], {
    flags,
    assignments: values.set,
    classNames: await classNamesOf(source),
  });
  return {
    dataset: { ...source, options: resolved.get(format)! },
    attacks: attacks.map((owner) => attackWith(owner, resolved.get(owner)!)),
  };
}
