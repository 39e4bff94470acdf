import * as kind from "../../tensor/kinds.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { add, exp, mul, neg, sigmoid, square, sub } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { slice } from "../../tensor/ops/slice.ts";
import { transpose } from "../../tensor/ops/transpose.ts";
import { parameters } from "../../tensor/parameters.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Critic } from "./critic.ts";
import type { MlpParams } from "./mlp.ts";
import { applyMlp, initMlp } from "./mlp.ts";

const [least, most] = [-6, 3]; // ln of a variance, smoothly bounded: a tanh at ±1 stops learning, no bound gives NaN

/** ln of a variance between e⁻⁶ and e³. */
export function boundedLogVariance(raw: AnyTensor): AnyTensor {
  return add(mul(sigmoid(raw), most - least), least);
}

const checkNormal = parameters("normalConditional", {}, { hidden: kind.numberList });

/**
 * log q(y | x) of a normal distribution whose mean and variances, one for each feature of y, a network makes of x. For the estimators
 * whose best critic is log p(y | x): `club`, `leaveOneOut`, `barberAgakov`, `differenceOfEntropies`.
 *
 * @param options.hidden - widths of the hidden layers. @defaultValue [64, 64]
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { normalConditional } from "deconfound/mi";
 *
 * const critic = normalConditional({ hidden: [16] });
 * const params = critic.init(random.key(0), { x: 3, y: 2 });
 * console.log(String(critic.scores(params, zeros([5, 3]), zeros([4, 2])).shape)); // 5,4
 * ```
 */
export function normalConditional(options: { hidden?: readonly number[] | undefined } = {}): Critic<MlpParams> {
  checkNormal(arguments);
  const { hidden = [64, 64] } = options;
  /** Mean and ln of the variance, (n, features of y) each. */
  const heads = (params: MlpParams, x: AnyTensor, d: number): [AnyTensor, AnyTensor] => {
    const both = applyMlp(params, x);
    const mean = slice(both, { axis: 1, start: 0, stop: d });
    return [mean, boundedLogVariance(slice(both, { axis: 1, start: d, stop: 2 * d }))];
  };
  const constant = (d: number): number => (d / 2) * Math.log(2 * Math.PI);
  return {
    name: "normal",
    init: (key, { x, y }) => initMlp(key, [x, ...hidden, 2 * y]),
    // |y − μ|²/σ² as three products, so that no n²·d tensor exists
    scores(params, x, y) {
      const d = y.shape[1]!;
      const [mean, logVariance] = heads(params, x, d);
      const precision = exp(neg(logVariance));
      const squares = matmul(precision, transpose(square(y)));
      const products = matmul(mul(mean, precision), transpose(y));
      const ofX = sum(add(mul(square(mean), precision), logVariance), { axis: 1, keepDims: true });
      return sub(mul(add(sub(squares, mul(products, 2)), ofX), -0.5), constant(d));
    },
    pairs(params, x, y) {
      const d = y.shape[1]!;
      const [mean, logVariance] = heads(params, x, d);
      const terms = add(mul(square(sub(y, mean)), exp(neg(logVariance))), logVariance);
      return sub(mul(sum(terms, { axis: 1 }), -0.5), constant(d));
    },
  };
}
