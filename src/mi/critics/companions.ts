import { sum } from "../../tensor/ops/broadcast.ts";
import { concat } from "../../tensor/ops/concat.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { add, exp, mul, neg, square, sub } from "../../tensor/ops/elementwise.ts";
import { reshape } from "../../tensor/ops/reshape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { CompanionName } from "../estimator.ts";
import type { Features } from "./critic.ts";
import type { MlpParams } from "./mlp.ts";
import { applyMlp, initMlp } from "./mlp.ts";
import { boundedLogVariance } from "./normal-conditional.ts";

/** What an estimator learns beside its critic, one number per pair. */
export interface Companion<P extends object = object> {
  init(key: AnyTensor, features: Features): P;
  /** `f32 (n)` of `x (n, features.x)` and `y (n, features.y)`. */
  apply(params: P, x: AnyTensor, y: AnyTensor): AnyTensor;
}

const width = 32;
const flat = (values: AnyTensor): AnyTensor => reshape(values, [values.shape[0]!]);

/** A log-baseline a(x): a network of x. */
const baseline: Companion<MlpParams> = {
  init: (key, { x }) => initMlp(key, [x, width, 1]),
  apply: (params, x) => flat(applyMlp(params, x)),
};

/** u(x, y): a network of both. */
const dual: Companion<MlpParams> = {
  init: (key, { x, y }) => initMlp(key, [x + y, width, width, 1]),
  apply: (params, x, y) => flat(applyMlp(params, concat([x, y], { axis: 1 }))),
};

/** log q(y) of a normal distribution with a mean and a variance per feature. */
const marginal: Companion<{ readonly mean: AnyTensor; readonly spread: AnyTensor }> = {
  init: (_, { y }) => ({ mean: zeros([y]), spread: zeros([y]) }),
  apply({ mean, spread }, _, y) {
    const logVariance = boundedLogVariance(spread);
    const terms = add(mul(square(sub(y, mean)), exp(neg(logVariance))), logVariance);
    return sub(mul(sum(terms, { axis: 1 }), -0.5), (y.shape[1]! / 2) * Math.log(2 * Math.PI));
  },
};

/** The companions that `estimate` trains, by name. */
export const companions: Readonly<Record<CompanionName, Companion>> = { baseline, dual, marginal } as Record<
  CompanionName,
  Companion
>;
