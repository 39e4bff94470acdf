import { defaultsOf, withChanges } from "../../options/table.ts";
import type { Device } from "../../tensor/device.ts";
import { DataError } from "../../tensor/errors.ts";
import * as kind from "../../tensor/kinds.ts";
import { optional, parameters } from "../../tensor/parameters.ts";
import { key } from "../../tensor/random.ts";
import { referenceDevice } from "../../tensor/reference-device.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { Critic } from "../critics/critic.ts";
import type { CompanionName, Estimator } from "../estimator.ts";
import type { Pairs } from "../tasks/task.ts";
import { adviceOf } from "./advice.ts";
import { intervalOf } from "./interval.ts";
import { scaledTensor, scalesOf } from "./scaling.ts";
import type { Sampler, Samples } from "./source.ts";
import { sourceOf } from "./source.ts";
import { hasSettled } from "./stopping.ts";
import type { CriticTrainingState, Learnt } from "./training.ts";
import { trainingOf } from "./training.ts";

/** How an estimate is made. */
export interface EstimateOptions {
  /** @defaultValue the CPU reference, in f32 */
  readonly device?: Device | undefined;
  /** Options of the estimator, where they are not the defaults. */
  readonly options?: object | undefined;
  /** Most steps. @defaultValue 400 */
  readonly steps?: number | undefined;
  /** Pairs per step. @defaultValue 128 */
  readonly batch?: number | undefined;
  /** Learning rate of Adam; a fifth of it in the last 30 % of the steps. @defaultValue 5e-3 */
  readonly lr?: number | undefined;
  /** Stop when the training objective has not risen for so many steps; 0: never. @defaultValue 0 */
  readonly patience?: number | undefined;
  /** Held-out batches. @defaultValue 10 */
  readonly batches?: number | undefined;
  /** Pairs per held-out batch; a bound's cap follows from it. @defaultValue 256 */
  readonly heldOut?: number | undefined;
  /** Of weights, batches, and the division of stored samples. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Called after some steps with their number and the last objective. */
  readonly onProgress?: ((step: number, objective: number) => void) | undefined;
}

/** An estimate, and how it came about. */
export interface Estimate {
  /** Mean over the held-out batches. */
  readonly value: number;
  /** 95 % interval of the mean: of the held-out samples, not of the training. */
  readonly low: number;
  readonly high: number;
  /** The held-out batches' values. */
  readonly batches: readonly number[];
  /** The training objective of each step. */
  readonly history: readonly number[];
  readonly stopped: "steps" | "settled";
  /** The largest value that a held-out batch can give; ∞ where there is none. */
  readonly cap: number;
  /** Pairs of a step, of a held-out batch. */
  readonly pairs: { readonly training: number; readonly heldOut: number };
  /** Why the number may mislead, a sentence each. */
  readonly advice: readonly string[];
  /** What was learnt, on the device. */
  readonly params: Learnt;
}

const between = 50; // steps between two reads of the objective

const checkEstimate = parameters(
  "estimate",
  {
    estimator: kind.fields({ name: kind.text, value: kind.callback, facts: kind.tree, options: kind.tree }),
    critic: kind.fields({ name: kind.text, init: kind.callback, scores: kind.callback, pairs: kind.callback }),
    samples: kind.anything,
  },
  {
    device: optional(kind.anything),
    options: kind.tree,
    steps: kind.count,
    batch: kind.count,
    lr: kind.positive,
    patience: kind.count,
    batches: kind.count,
    heldOut: kind.count,
    seed: kind.count,
    onProgress: kind.callback,
  },
);

/**
 * Trains a critic and estimates on pairs that it has not seen.
 *
 * The number is the mean over held-out batches after the last step: not the best of several looks, which would be too high. Training may
 * end early, by its own objective alone. Features are brought to one scale first, which changes no information.
 *
 * @param samples - a task or another sampler, of which every step sees fresh pairs; or `{ x, y }`, of which one half trains.
 * @throws DataError if the training diverges; ShapeError if x and y are no pairs.
 * @example
 * ```ts
 * import { bilinear, estimate, infoNCE, taskNamed } from "deconfound/mi";
 *
 * const { value, cap, history } = await estimate(infoNCE, bilinear(), taskNamed("1v1-normal-0.75"), { steps: 40, batch: 32 });
 * console.log(value > 0.2, value < cap, history.length); // true true 40
 * ```
 */
export async function estimate<O extends object, C extends CompanionName, S extends object, P extends object>(
  estimator: Estimator<O, C, S>,
  critic: Critic<P>,
  samples: Sampler | Samples,
  options: EstimateOptions = {},
): Promise<Estimate> {
  checkEstimate(arguments);
  const { steps = 400, batch = 128, lr = 5e-3, patience = 0, batches = 10, heldOut = 256, seed = 0 } = options;
  const device = options.device ?? referenceDevice();
  const source = await sourceOf(samples, seed);
  const scales = { x: scalesOf(source.first.x), y: scalesOf(source.first.y) };
  const tensors = ({ x, y }: Pairs): [Tensor, Tensor] => [scaledTensor(x, scales.x), scaledTensor(y, scales.y)];
  const plain = estimator as unknown as Estimator;
  const given = withChanges(plain.options, defaultsOf(plain.options), (options.options ?? {}) as object, plain.name);
  const training = trainingOf(plain, critic as unknown as Critic, given);

  const step = device.compile(training.step, { donate: [0] });
  let state: CriticTrainingState = await device.evaluate(training.init(key(seed), source.features));
  const history: number[] = [];
  let waiting: AnyTensor[] = [];
  let stopped: Estimate["stopped"] = "steps";
  for (let i = 0; i < steps; i++) {
    const rate = i < 0.7 * steps ? lr : lr / 5;
    const result = await step(state, ...tensors(source.training(i, batch)), rate);
    state = result.state;
    waiting.push(result.objective);
    if (waiting.length < between && i + 1 < steps) continue;
    for (const objective of waiting) history.push((await objective.data())[0]!);
    device.free(waiting);
    waiting = [];
    const diverged = history.findIndex((value) => !Number.isFinite(value));
    if (diverged >= 0) {
      throw new DataError(
        `estimate: ${plain.name} is ${history[diverged]} at step ${diverged}`,
        ["a lower lr, a larger batch, or an estimator of less variance (infonce, smile)"],
        captureSite(),
      );
    }
    options.onProgress?.(i + 1, history[history.length - 1]!);
    if (patience > 0 && hasSettled(history, patience)) {
      stopped = "settled";
      break;
    }
  }

  const value = device.compile(training.value);
  const held = source.heldOut(batches, heldOut);
  const values: number[] = [];
  for (const pairs of held) values.push((await (await value(state.params, ...tensors(pairs))).data())[0]!);
  const interval = intervalOf(values);
  const size = held[0]!.x.count;
  const cap = plain.cap?.(size, given) ?? Number.POSITIVE_INFINITY;
  const { name, facts } = plain;
  return {
    value: interval.mean,
    low: interval.low,
    high: interval.high,
    batches: values,
    history,
    stopped,
    cap,
    pairs: { training: batch, heldOut: size },
    advice: adviceOf({ name, facts, interval, cap, batchSize: size, history }),
    params: state.params,
  };
}
