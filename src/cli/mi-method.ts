import type { Critic, Estimator, Pairs, Sampler } from "../mi/index.ts";
import {
  bilinear,
  concatenated,
  estimate,
  estimators,
  normalConditional,
  referenceEstimators,
  sampleEstimators,
  separable,
} from "../mi/index.ts";
import type { OptionTable } from "../options/option.ts";
import { defaultsOf, listOptions, withText } from "../options/table.ts";
import { ConfigError } from "../tensor/errors.ts";
import { tensor } from "../tensor/tensor.ts";
import type { LazyDevice } from "./device-option.ts";

const all = [...estimators, ...sampleEstimators, ...referenceEstimators];

/** Everything that estimates, for help pages. */
export const methodsHelp: string = `Estimators: ${all.map(({ name }) => name).join(", ")}; docs/mi.md says what each one's number means.`;

/** @throws ConfigError for a name of no estimator. */
export function checkMethod(name: string): void {
  if (all.some((one) => one.name === name)) return;
  throw new ConfigError(`there is no estimator ${JSON.stringify(name)}`, [
    `known: ${all.map((one) => one.name).join(", ")}`,
  ]);
}

/** Critics by name; `auto`: the one that the estimator's facts ask for. */
export const criticNames = ["auto", "concatenated", "separable", "bilinear", "normal"] as const;

const critics: Readonly<Record<string, () => Critic<never>>> = {
  concatenated: concatenated as () => Critic<never>,
  separable: separable as () => Critic<never>,
  bilinear: bilinear as () => Critic<never>,
  normal: normalConditional as () => Critic<never>,
};

/** Options of a critic's training, for the commands that train one. */
export const miTraining = {
  steps: { kind: "integer", default: 400, from: 1, to: 1e6, unit: "steps", doc: "of the critic's training" },
  batch: { kind: "integer", default: 128, from: 4, to: 8192, unit: "pairs", doc: "per step" },
  lr: {
    kind: "number",
    default: 0.005,
    from: 1e-7,
    to: 10,
    doc: "of Adam; a fifth of it in the last 30 % of the steps",
  },
} as const;

/** How a method runs. */
export interface MethodSettings {
  readonly critic: string;
  /** `NAME=VALUE` of the estimator's own options. */
  readonly set: readonly string[];
  readonly steps: number;
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
  /** Pairs that a method without a critic draws from a sampler. */
  readonly count: number;
}

/** What a method says. */
export interface MethodResult {
  readonly estimate: number;
  /** 95 % interval; null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly advice: readonly string[];
}

/** The estimator's options. @throws ConfigError for one that it does not have, or cannot have. */
function optionsOf(name: string, table: OptionTable, assignments: readonly string[]): object {
  let values = defaultsOf<object>(table);
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    if (at <= 0) throw new ConfigError(`--set: expects NAME=VALUE, got ${JSON.stringify(assignment)}`);
    const option = assignment.slice(0, at);
    const known = listOptions(table).map((one) => one.name);
    if (!known.includes(option)) {
      throw new ConfigError(`--set ${option}: ${name} has ${known.length > 0 ? known.join(", ") : "no options"}`);
    }
    values = withText<object>(table, values, option, assignment.slice(at + 1), `--set ${option}`);
  }
  return values;
}

/** Runs the estimator of a name on samples, or on a sampler. */
export async function runMethod(
  name: string,
  samples: Sampler | Pairs,
  settings: MethodSettings,
  device: LazyDevice,
): Promise<MethodResult> {
  const record = all.find((one) => one.name === name)!;
  const options = optionsOf(name, record.options, settings.set);
  const { unit } = record.facts;
  const { seed, steps, batch, lr, count } = settings;
  const drawn = (): Pairs => ("sample" in samples ? samples.sample(count, seed) : samples);

  const reference = referenceEstimators.find((one) => one.name === name);
  if (reference !== undefined) {
    const { x, y } = drawn();
    return { estimate: reference.value(x, y, options), low: null, high: null, unit, advice: [] };
  }
  const ofSamples = sampleEstimators.find((one) => one.name === name);
  if (ofSamples !== undefined) {
    const { x, y } = drawn();
    const [a, b] = [x, y].map((p) => tensor(Float32Array.from(p.values), { shape: [p.count, p.features] }));
    const value = await (await device.open()).evaluate(ofSamples.value(a!, b!, options));
    return { estimate: (await value.data())[0]!, low: null, high: null, unit, advice: [] };
  }
  const estimator = record as Estimator;
  const asked = settings.critic === "auto" ? criticOf(estimator) : settings.critic;
  const result = await estimate(estimator, critics[asked]!(), samples, {
    device: await device.open(),
    options,
    steps,
    batch,
    lr,
    seed,
  });
  return { estimate: result.value, low: result.low, high: result.high, unit, advice: result.advice };
}

const criticOf = ({ facts }: Estimator): string => (facts.optimum === "log p(y | x)" ? "normal" : "concatenated");
