import { resolve } from "node:path";
import type { CbdOptions, Preset } from "../cbd/options.ts";
import { cbdOptions, presets } from "../cbd/options.ts";
import { setOption } from "../cbd/settings.ts";
import { augmentKinds } from "../data/augment-kind.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Arguments } from "./command.ts";
import type { DeviceConfig } from "./device-option.ts";
import { parseDeviceConfig } from "./device-option.ts";
import type { ModelName } from "./model.ts";
import { parseModel } from "./model.ts";
import { choiceOption, choicesOption, integerOption, realOption, requiredOption } from "./values.ts";

/** Where images come from. */
export type Source =
  | { readonly kind: "builtin"; readonly size: number; readonly count: number }
  | { readonly kind: "cifar10"; readonly folder: string };

export type Attack =
  | { readonly kind: "none" }
  | { readonly kind: "badnets" /** 0 … 1 */; readonly rate: number; readonly target: number };

export type Defence = "none" | "cbd";

/** One training run, resolved: equal configurations on one adapter give equal results. */
export interface RunConfig extends DeviceConfig {
  readonly source: Source;
  readonly limit: number | null;
  readonly attack: Attack;
  readonly defences: readonly Defence[];
  readonly preset: Preset;
  readonly options: CbdOptions;
  readonly model: ModelName;
  /** Files to start from. */
  readonly init: string | null;
  readonly backdoorInit: string | null;
  readonly seed: number;
}

const largestSeed = 2 ** 32 - 1;

/** @throws ConfigError naming the first option that does not fit. */
export function parseRunConfig(args: Arguments): RunConfig {
  const preset = choiceOption(args, "preset", Object.keys(presets) as Preset[]) ?? "paper";
  return {
    source: parseSource(args),
    limit: integerOption(args, "limit", { min: 1 }) ?? null,
    attack: parseAttack(args),
    defences: choicesOption<Defence>(args, "defence", ["none", "cbd"]),
    preset,
    options: parseCbdOptions(args, preset),
    model: parseModel(requiredOption(args, "model")),
    init: pathOption(args, "init"),
    backdoorInit: pathOption(args, "backdoor-init"),
    seed: integerOption(args, "seed", { min: 0, max: largestSeed }) ?? 0,
    ...parseDeviceConfig(args),
  };
}

/** Absolute, so that a run can go on from another folder. */
function pathOption(args: Arguments, name: string): string | null {
  const path = args.text(name);
  return path === undefined ? null : resolve(path);
}

/** Where `--dataset`, `--data`, `--size` and `--count` point. @throws ConfigError */
export function parseSource(args: Arguments): Source {
  const implied = args.given.includes("data") ? "cifar10" : undefined;
  const kind = choiceOption(args, "dataset", ["builtin", "cifar10"]) ?? implied;
  if (kind === undefined) throw new ConfigError("--dataset is missing: builtin or cifar10");
  if (kind === "cifar10") {
    if (args.given.some((name) => name === "size" || name === "count")) {
      throw new ConfigError("--size and --count are for --dataset builtin; --limit N takes the first N images");
    }
    return { kind, folder: resolve(requiredOption(args, "data")) };
  }
  if (args.given.includes("data")) throw new ConfigError("--data is for --dataset cifar10");
  const size = integerOption(args, "size", { min: 12, max: 512 })!;
  return { kind, size, count: integerOption(args, "count", { min: 10, max: 1_000_000 })! };
}

/** What `--attack`, `--rate` and `--target` say. @throws ConfigError */
export function parseAttack(args: Arguments): Attack {
  const kind = choiceOption(args, "attack", ["none", "badnets"]) ?? "none";
  const rate = realOption(args, "rate", { min: 0, max: 1 }) ?? 0;
  const target = integerOption(args, "target", { min: 0, max: 9 })!; // both data sets have ten classes
  if (kind === "badnets") return { kind, rate, target };
  const stray = args.given.find((name) => name === "rate" || name === "target");
  if (stray !== undefined) throw new ConfigError(`--${stray} needs --attack badnets`);
  return { kind };
}

function parseCbdOptions(args: Arguments, preset: Preset): CbdOptions {
  const t1 = integerOption(args, "backdoor-epochs", { min: 0 });
  const steps = integerOption(args, "backdoor-steps", { min: 1 });
  if (t1 !== undefined && steps !== undefined) {
    throw new ConfigError("--backdoor-epochs and --backdoor-steps exclude each other");
  }
  const lr = realOption(args, "lr", { min: 0 });
  const flags: readonly (readonly [setting: string, value: number | string | undefined])[] = [
    ["batch", integerOption(args, "batch", { min: 1 })],
    ["clean.epochs", integerOption(args, "epochs", { min: 1 })],
    ["clean.lr", lr],
    ["clean.augment", choiceOption(args, "augment", augmentKinds)],
    ["backdoor.epochs", t1],
    ["backdoor.steps", steps],
    ["backdoor.lr", lr],
    ["backdoor.augment", choiceOption(args, "backdoor-augment", augmentKinds)],
  ];
  const base = cbdOptions(preset, preset === "paper" ? { batch: 128 } : {});
  const options = flags.reduce(
    (sum, [setting, value]) => (value === undefined ? sum : setOption(sum, setting, String(value))),
    base,
  );
  return args.list("set").reduce(applySetting, options);
}

function applySetting(options: CbdOptions, assignment: string): CbdOptions {
  const at = assignment.indexOf("=");
  if (at <= 0) throw new ConfigError(`--set: expects NAME=VALUE, got "${assignment}"`);
  return setOption(options, assignment.slice(0, at), assignment.slice(at + 1));
}
