import * as kind from "../tensor/kinds.ts";
import type { Kind } from "../tensor/parameters.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Optimizer } from "./optimizer.ts";

/** What is done to a gradient before an optimizer sees it: a tree like the parameters to another one. */
export type GradientStep = <P extends object>(gradient: P, params: P) => P;

const steps: Kind = {
  expects: "a list of functions",
  accepts: (value) => Array.isArray(value) && value.every((step) => typeof step === "function"),
};
const checkChain = parameters("chain", {
  steps,
  optimizer: kind.fields({ init: kind.callback, update: kind.callback }),
});

/**
 * An optimizer whose gradient passes through functions first, in order. Its state is the optimizer's.
 *
 * @param steps - functions `(gradient, params) => gradient`.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { chain, clipByGlobalNorm, sgd } from "deconfound/nn";
 *
 * const { init, update } = chain([(gradient) => clipByGlobalNorm(gradient, { max: 1 })], sgd());
 * const params = { w: tensor([1, 1]) };
 * const next = update({ w: tensor([0, 40]) }, init(params), params, { lr: 0.5 });
 * console.log(String(await evaluateReference(next.params.w).data())); // 1,0.5
 * ```
 */
export function chain<S>(steps: readonly GradientStep[], optimizer: Optimizer<S>): Optimizer<S> {
  checkChain(arguments);
  return {
    init: (params) => optimizer.init(params),
    update: (gradient, state, params, options) =>
      optimizer.update(
        steps.reduce((g, step) => step(g, params), gradient),
        state,
        params,
        options,
      ),
  };
}
