import * as kind from "../tensor/kinds.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add, mul, sign, sub } from "../tensor/ops/elementwise.ts";
import { parameters } from "../tensor/parameters.ts";
import { mapTree, zipTrees } from "../tensor/tree.ts";
import type { Optimizer } from "./optimizer.ts";
import { updateParameters } from "./optimizer.ts";

/** m: a tree like the parameters. */
export type LionState = { readonly momentum: object };

export interface LionOptions {
  /** β₁ in [0, 1), of the direction. @defaultValue 0.9 */
  readonly beta1?: number | undefined;
  /** β₂ in [0, 1), of the momentum that is kept. @defaultValue 0.99 */
  readonly beta2?: number | undefined;
  /** wd. @defaultValue 0 */
  readonly weightDecay?: number | undefined;
}

const checkUpdate = updateParameters("lion", { momentum: kind.tree });
const checkLion = parameters("lion", {}, { beta1: kind.belowOne, beta2: kind.belowOne, weightDecay: kind.notNegative });

/**
 * Lion, steps of one size in the direction of the sign:
 *
 *     w ← (1 − lr·wd)·w − lr·sign(β₁m + (1 − β₁)g);   m ← β₂m + (1 − β₂)g
 *
 * Its learning rate is some three to ten times smaller than Adam's.
 *
 * @see Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, algorithm 2
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { lion } from "deconfound/nn";
 *
 * const params = { w: tensor([1, 2]) };
 * const { init, update } = lion();
 * const next = update({ w: tensor([4, -0.1]) }, init(params), params, { lr: 0.5 });
 * console.log(String(await evaluateReference(next.params.w).data())); // 0.5,2.5
 * ```
 */
export function lion(options: LionOptions = {}): Optimizer<LionState> {
  checkLion(arguments);
  const { beta1 = 0.9, beta2 = 0.99, weightDecay = 0 } = options;
  return {
    init: (params) => ({ momentum: mapTree(params, (w) => zeros(w.shape)) }),
    update(gradient, state, params, options) {
      checkUpdate(arguments);
      const { lr } = options;
      const before = state.momentum as typeof params;
      const mixed = (beta: number): typeof params =>
        zipTrees(gradient, [before], ([g, m]) => add(mul(m!, beta), mul(g!, 1 - beta)));
      const decay = weightDecay === 0 ? undefined : sub(1, mul(lr, weightDecay));
      const moved = zipTrees(params, [mixed(beta1)], ([w, direction]) =>
        sub(decay === undefined ? w! : mul(w!, decay), mul(sign(direction!), lr)),
      );
      return { params: moved, state: { momentum: mixed(beta2) } };
    },
  };
}
