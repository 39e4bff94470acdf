import type { EstimatorFacts } from "../estimator.ts";
import type { RandomStream } from "../float64/random-stream.ts";
import { EstimatorError } from "./estimator-error.ts";
import type { Subject } from "./subject.ts";
import { matrixOf, numberOf, vectorOf } from "./subject.ts";

/** Pairs of correlation ρ in two features: everything about them has a closed form. */
const [rho, features, pairs, batches] = [0.8, 2, 160, 6];
const truth = (-features / 2) * Math.log(1 - rho * rho); // 1.0217 nats
/** h(y), for estimators that must be told it. */
export const knownEntropy: number = (features / 2) * Math.log(2 * Math.PI * Math.E);

/** How far the mean over the batches may lie from the truth: its standard deviation is near 0.02. */
const tolerance = 0.12;
/** How much a lower bound may lose although its critic is the best one. */
const looseness = 0.3;

const logNormal = (squared: number, variance: number): number =>
  -squared / (2 * variance) - (features / 2) * Math.log(2 * Math.PI * variance);

/** One batch: log p(y_j | x_i) of all pairs, log p(y_j). */
function drawBatch(stream: RandomStream): { readonly conditional: number[]; readonly marginal: number[] } {
  const normals = (): number[] => Array.from({ length: pairs * features }, () => stream.normal());
  const [x, noise] = [normals(), normals()];
  const y = x.map((value, i) => rho * value + Math.sqrt(1 - rho * rho) * noise[i]!);
  const conditional = new Array<number>(pairs * pairs);
  for (let i = 0; i < pairs; i++) {
    for (let j = 0; j < pairs; j++) {
      let squared = 0;
      for (let k = 0; k < features; k++) squared += (y[j * features + k]! - rho * x[i * features + k]!) ** 2;
      conditional[i * pairs + j] = logNormal(squared, 1 - rho * rho);
    }
  }
  const marginal = Array.from({ length: pairs }, (_, j) =>
    logNormal(
      Array.from({ length: features }, (_, k) => y[j * features + k]! ** 2).reduce((a, b) => a + b),
      1,
    ),
  );
  return { conditional, marginal };
}

/** The best scores and companion that the facts name. */
function bestOf(facts: EstimatorFacts, { conditional, marginal }: ReturnType<typeof drawBatch>): [number[], number[]] {
  const ratio = conditional.map((value, at) => value - marginal[at % pairs]!);
  const raised = facts.optimum === "1 + log r" ? 1 : 0;
  const scores = facts.optimum === "log p(y | x)" ? conditional : ratio.map((value) => value + raised);
  const companions = {
    baseline: marginal.map(() => 0), // ln E e^{log r} = 0
    dual: marginal.map((_, i) => -ratio[i * pairs + i]!),
    marginal,
  };
  return [scores, companions[facts.companion ?? "baseline"]];
}

/**
 * Runs an estimator on Gaussians at the best critic, which is known: a lower bound must be near the truth and not above it, an upper one
 * not below it, another near it. And a critic that says the same of every pair must give 0. Only for values in nats.
 */
export async function checkKnownRatio(subject: Subject, stream: RandomStream): Promise<void> {
  const { name, facts } = subject.estimator;
  if (facts.unit !== "nats") return;
  const n = 8;
  if (facts.reads !== "pairs") {
    const level = facts.optimum === "1 + log r" ? 1 : 0;
    const same = matrixOf(new Array<number>(n * n).fill(level), n);
    const value = await numberOf(subject.value(same, vectorOf(new Array<number>(n).fill(0))));
    if (Math.abs(value) > 1e-5) {
      throw new EstimatorError(
        `${name}: its value is ${value.toPrecision(4)} where the critic says ${level} of every pair`,
        ["expects 0: such a critic tells nothing", `its facts say optimum: "${facts.optimum}"`],
      );
    }
  }
  let value = 0;
  for (let batch = 0; batch < batches; batch++) {
    const [scores, companion] = bestOf(facts, drawBatch(stream));
    value += (await numberOf(subject.value(matrixOf(scores, pairs), vectorOf(companion)))) / batches;
  }
  const expected = `${truth.toFixed(3)} nats of ${features} pairs of correlation ${rho}, at the critic "${facts.optimum}"`;
  const say = (what: string): EstimatorError =>
    new EstimatorError(`${name}: ${what}, ${value.toFixed(3)}`, [
      `expects ${expected}`,
      `${batches} batches of ${pairs} pairs`,
    ]);
  if (facts.bound !== "upper" && value > truth + tolerance) {
    throw say(facts.bound === "lower" ? "says it is a lower bound, and is above the truth" : "is above the truth");
  }
  const least = facts.bound === "upper" ? truth - tolerance : truth - looseness;
  if (value < least) {
    throw say(
      facts.bound === "upper" ? "says it is an upper bound, and is below the truth" : "is below the truth at its best",
    );
  }
}
