import * as kind from "../tensor/kinds.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add, div, mul, sqrt, square, sub } from "../tensor/ops/elementwise.ts";
import { parameters } from "../tensor/parameters.ts";
import { mapTree, zipTrees } from "../tensor/tree.ts";
import type { Optimizer } from "./optimizer.ts";
import { updateParameters } from "./optimizer.ts";

/** v: a tree like the parameters. */
export type RmspropState = { readonly squares: object };

export interface RmspropOptions {
  /** α in [0, 1). @defaultValue 0.99 */
  readonly decay?: number | undefined;
  /** ε, added to √v. @defaultValue 1e-8 */
  readonly epsilon?: number | undefined;
}

const checkUpdate = updateParameters("rmsprop", { squares: kind.tree });
const checkRmsprop = parameters("rmsprop", {}, { decay: kind.belowOne, epsilon: kind.notNegative });

/**
 * RMSprop, steps divided by the running root mean square of the gradient:
 *
 *     v ← αv + (1 − α)g²;   w ← w − lr·g/(√v + ε)
 *
 * @see Hinton, Neural networks for machine learning (2012), lecture 6e; torch.optim.RMSprop
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { rmsprop } from "deconfound/nn";
 *
 * const params = { w: tensor([1, 2]) };
 * const { init, update } = rmsprop({ decay: 0.75 });
 * const next = update({ w: tensor([4, -4]) }, init(params), params, { lr: 0.5 });
 * const w = await evaluateReference(next.params.w).data();
 * console.log(Array.from(w, (value) => value.toFixed(3)).join(" ")); // 0.000 3.000
 * ```
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer<RmspropState> {
  checkRmsprop(arguments);
  const { decay = 0.99, epsilon = 1e-8 } = options;
  return {
    init: (params) => ({ squares: mapTree(params, (w) => zeros(w.shape)) }),
    update(gradient, state, params, options) {
      checkUpdate(arguments);
      const { lr } = options;
      const squares = zipTrees(gradient, [state.squares as typeof params], ([g, v]) =>
        add(mul(v!, decay), mul(square(g!), 1 - decay)),
      );
      const moved = zipTrees(params, [gradient, squares], ([w, g, v]) =>
        sub(w!, mul(div(g!, add(sqrt(v!), epsilon)), lr)),
      );
      return { params: moved, state: { squares } };
    },
  };
}
