import * as kind from "../../tensor/kinds.ts";
import { neg } from "../../tensor/ops/elementwise.ts";
import { optional, parameters } from "../../tensor/parameters.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Estimator } from "../estimator.ts";
import { infoNCE } from "../scores/info-nce.ts";

const checkInfoMax = parameters("infoMaxLoss", {
  scores: kind.tensor,
  estimator: optional(kind.fields({ name: kind.text, value: kind.callback })),
});

/**
 * Minus a lower bound of the information between an input, or a part of it, and its embedding: small where the embedding tells inputs apart.
 *
 * @param scores - `f32 (n, n)`: the critic's score of input i and embedding j.
 * @param estimator - one without options. @defaultValue infoNCE; `jensenShannon` is the other usual choice
 * @returns `f32 ()`.
 * @see Hjelm et al., Learning Deep Representations by Mutual Information Estimation and Maximization (2019), eq. 2
 * @example
 * ```ts
 * import { evaluateReference, zeros } from "deconfound";
 * import { infoMaxLoss, jensenShannon } from "deconfound/mi";
 *
 * console.log((await evaluateReference(infoMaxLoss(zeros([4, 4]), jensenShannon)).item()).toFixed(3)); // 1.386
 * ```
 */
export function infoMaxLoss(scores: AnyTensor, estimator: Estimator = infoNCE): AnyTensor {
  checkInfoMax(arguments);
  return neg(estimator.value(scores));
}
