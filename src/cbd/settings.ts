import { augmentKinds } from "../data/augment-kind.ts";
import { parseSchedule } from "../nn/decay.ts";
import type { Schedule } from "../nn/schedule.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { CbdOptions } from "./options.ts";

/** How the text of a setting is read. */
export type SettingKind =
  | { readonly kind: "number"; readonly from: number; readonly to: number; readonly integer: boolean }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "boolean" }
  | { readonly kind: "schedule" };

/** One name of `--set name=value`. */
export interface Setting {
  readonly name: string;
  readonly kind: SettingKind;
  readonly doc: string;
}

const real = (from: number, to = Number.POSITIVE_INFINITY): SettingKind => ({
  kind: "number",
  from,
  to,
  integer: false,
});
const integer = (from: number): SettingKind => ({
  kind: "number",
  from,
  to: Number.POSITIVE_INFINITY,
  integer: true,
});
const choice = (...values: readonly string[]): SettingKind => ({ kind: "choice", values });
const boolean: SettingKind = { kind: "boolean" };
const schedule: SettingKind = { kind: "schedule" };
const augment: SettingKind = choice(...augmentKinds);

/** Every setting: the leaves of {@link CbdOptions}. */
export const settings: readonly Setting[] = [
  { name: "batch", kind: integer(1), doc: "samples a step" },
  { name: "optimizer.momentum", kind: real(0, 1), doc: "SGD momentum of both networks" },
  { name: "optimizer.nesterov", kind: boolean, doc: "Nesterov's form of the momentum" },
  { name: "optimizer.weightDecay", kind: real(0), doc: "weight decay of both networks, on every parameter" },
  { name: "backdoor.epochs", kind: integer(0), doc: "T1, epochs of f_B" },
  { name: "backdoor.steps", kind: integer(0), doc: "T1 in steps instead; 0: use epochs" },
  { name: "backdoor.lr", kind: real(0), doc: "learning rate of f_B" },
  { name: "backdoor.schedule", kind: schedule, doc: "learning-rate schedule of f_B" },
  { name: "backdoor.augment", kind: augment, doc: "augmentation while f_B trains" },
  { name: "backdoor.loss", kind: choice("crossEntropy", "generalized"), doc: "loss of f_B" },
  { name: "backdoor.q", kind: real(1e-3, 1), doc: "q of the generalised cross entropy" },
  { name: "backdoor.mode", kind: choice("eval", "train"), doc: "batch norm of f_B while f_C trains" },
  { name: "clean.epochs", kind: integer(0), doc: "T2, epochs of f_C (and of a plain model)" },
  { name: "clean.lr", kind: real(0), doc: "learning rate of f_C" },
  { name: "clean.schedule", kind: schedule, doc: "learning-rate schedule of f_C" },
  { name: "clean.augment", kind: augment, doc: "augmentation while f_C trains" },
  { name: "weight.exponent", kind: real(0), doc: "γ in w^γ" },
  { name: "weight.norm", kind: choice("batchMean", "none"), doc: "scale weights to a batch mean of 1" },
  { name: "weight.cap", kind: real(0), doc: "upper bound of a scaled weight; Infinity: none" },
  { name: "weight.floor", kind: real(0, 1), doc: "lower bound of a weight before scaling" },
  { name: "beta", kind: real(0), doc: "β of ½‖z‖², the bottleneck I(Z;X)" },
  { name: "lambda", kind: real(0), doc: "λ of the critic's estimate of I(Z;R); 0: no critic" },
  { name: "critic.steps", kind: integer(1), doc: "critic steps a batch (fused) or passes an epoch (twoPass)" },
  { name: "critic.lr", kind: real(0), doc: "learning rate of the critic (Adam)" },
  { name: "critic.schedule", kind: schedule, doc: "learning-rate schedule of the critic" },
  { name: "critic.width", kind: integer(0), doc: "hidden units; 0: as many as z has" },
  { name: "critic.dropout", kind: real(0, 0.99), doc: "dropout rate of the critic" },
  { name: "critic.passes", kind: choice("fused", "twoPass"), doc: "critic with f_C's forward pass, or on its own" },
  { name: "critic.normalize", kind: choice("sigma", "sqrtSigma", "none"), doc: "what critic weights are divided by" },
  { name: "critic.shuffle", kind: choice("roll", "permutation"), doc: "how z is shuffled against r" },
];

/** `from … to`, or the choices: what `--help` prints. */
export function describeKind(kind: SettingKind): string {
  switch (kind.kind) {
    case "number": {
      const what = kind.integer ? "an integer" : "a number";
      return kind.to === Number.POSITIVE_INFINITY ? `${what} from ${kind.from}` : `${what}, ${kind.from} … ${kind.to}`;
    }
    case "choice":
      return kind.values.join(", ");
    case "boolean":
      return "true, false";
    case "schedule":
      return "constant, step:EVERY:FACTOR, multiStep:EPOCH,EPOCH…:FACTOR, cosine:EPOCHS:FLOOR";
  }
}

/**
 * Options with one setting changed, from text: `setOption(options, "weight.exponent", "0.5")`.
 *
 * @throws ConfigError for a name that does not exist (naming the nearest), or a value out of range.
 */
export function setOption(options: CbdOptions, name: string, text: string): CbdOptions {
  const setting = settings.find((known) => known.name === name);
  if (setting === undefined) {
    throw new ConfigError(`set: there is no option ${JSON.stringify(name)}`, [`did you mean ${nearest(name)}?`]);
  }
  const value = parseValue(setting, text);
  const [group, field] = name.split(".") as [keyof CbdOptions, string | undefined];
  if (field === undefined) return { ...options, [group]: value };
  const old = options[group] as { readonly schedule: Schedule };
  // a schedule holds the rate: each of the two settings keeps the other's part
  if (field === "lr") return { ...options, [group]: { ...old, schedule: { ...old.schedule, lr: value } } };
  if (field === "schedule") return { ...options, [group]: { ...old, schedule: parseSchedule(text, old.schedule.lr) } };
  return { ...options, [group]: { ...old, [field]: value } };
}

function parseValue({ name, kind }: Setting, text: string): number | boolean | string {
  const wrong = (): ConfigError =>
    new ConfigError(`set: ${name} is ${JSON.stringify(text)}`, [`expects ${describeKind(kind)}`]);
  switch (kind.kind) {
    case "number": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (Number.isNaN(value) || value < kind.from || value > kind.to) throw wrong();
      if (kind.integer && !Number.isInteger(value)) throw wrong();
      return value;
    }
    case "choice":
      if (!kind.values.includes(text)) throw wrong();
      return text;
    case "boolean":
      if (text !== "true" && text !== "false") throw wrong();
      return text === "true";
    case "schedule":
      if (parseSchedule(text, 1) === undefined) throw wrong();
      return text;
  }
}

/** The known name with the longest common run of characters at its start or end. */
function nearest(name: string): string {
  const shared = (known: string): number => {
    let front = 0;
    while (front < name.length && known[front] === name[front]) front++;
    let back = 0;
    while (back < name.length && known[known.length - 1 - back] === name[name.length - 1 - back]) back++;
    return Math.max(front, back);
  };
  return settings
    .map(({ name: known }) => known)
    .reduce((best, known) => (shared(known) > shared(best) ? known : best));
}
