import * as kind from "../../tensor/kinds.ts";
import { parameters } from "../../tensor/parameters.ts";
import type { CompanionName, Estimator } from "../estimator.ts";
import { randomStream } from "../float64/random-stream.ts";
import { checkRelations } from "./exact-relations.ts";
import { checkKnownRatio, knownEntropy } from "./known-ratio.ts";
import { subjectOf } from "./subject.ts";

/** What {@link checkEstimator} takes. */
export interface CheckEstimatorOptions {
  /** Options of the estimator. @defaultValue those of its table; an `entropy` that is null is told */
  readonly options?: object | undefined;
  /** Random score matrices. @defaultValue 30 */
  readonly runs?: number | undefined;
  /** Of matrices and samples. @defaultValue 0 */
  readonly seed?: number | undefined;
}

const checkArguments = parameters(
  "checkEstimator",
  { estimator: kind.fields({ name: kind.text, value: kind.callback, facts: kind.tree, options: kind.tree }) },
  { options: kind.tree, runs: kind.count, seed: kind.count },
);

/**
 * Whether an estimator is what its facts say. In float64, without training, on random matrices of scores: the value is one finite number,
 * the same for the pairs in another order, unchanged by the shift that `facts.shift` names, at most its cap; the gradient is the value's
 * slope, unless the facts say otherwise. For values in nats: a critic that says the same of every pair gives 0; at the best critic of
 * Gaussians whose information is known, a lower bound is near the truth and not above it, an upper one not below, another one near.
 *
 * @throws EstimatorError naming the fact, with the matrix and both numbers.
 * @example
 * ```ts
 * import type { Estimator } from "deconfound/mi";
 * import { checkEstimator, nwj } from "deconfound/mi";
 *
 * const wrong: Estimator = { ...nwj, name: "wrong", facts: { ...nwj.facts, optimum: "log r" } };
 * const error: Error = await checkEstimator(wrong).then(() => new Error("none"), (caught) => caught);
 * console.log(error.message.split("\n")[0]); // wrong: its value is -0.3679 where the critic says 0 of every pair
 * ```
 */
export async function checkEstimator<O extends object, C extends CompanionName, S extends object>(
  estimator: Estimator<O, C, S>,
  options: CheckEstimatorOptions = {},
): Promise<void> {
  checkArguments(arguments);
  const { runs = 30, seed = 0 } = options;
  const told = "entropy" in estimator.options ? { entropy: knownEntropy } : {};
  const subject = subjectOf(estimator as unknown as Estimator, { ...told, ...options.options });
  const stream = randomStream(seed);
  await checkRelations(subject, stream, runs);
  await checkKnownRatio(subject, stream);
}
