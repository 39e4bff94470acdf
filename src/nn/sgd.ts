import { ConfigError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add, mul, sub } from "../tensor/ops/elementwise.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import { mapTree, zipTrees } from "../tensor/tree.ts";
import type { Optimizer } from "./optimizer.ts";
import { updateParameters } from "./optimizer.ts";

/** v: a tree like the parameters. */
export type SgdState = { readonly velocity: object };

export interface SgdOptions {
  /** μ in [0, 1). @defaultValue 0 */
  readonly momentum?: number | undefined;
  /** Look ahead along the velocity. Needs momentum. @defaultValue false */
  readonly nesterov?: boolean | undefined;
  /** L2: added to the gradient as wd·w, for every parameter, before the momentum. @defaultValue 0 */
  readonly weightDecay?: number | undefined;
}

const checkUpdate = updateParameters("sgd", { velocity: kind.tree });
const checkSgd = parameters("sgd", {}, { momentum: kind.belowOne, nesterov: kind.flag, weightDecay: kind.notNegative });

/**
 * Stochastic gradient descent in PyTorch's order of operations:
 *
 *     g ← g + wd·w;   v ← μ·v + g;   g ← g + μ·v (Nesterov) or v;   w ← w − lr·g
 *
 * v starts at 0, which equals PyTorch's start at the first gradient. The learning rate stays outside the velocity.
 *
 * @throws ConfigError for Nesterov without momentum.
 * @see torch.optim.SGD
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { sgd } from "deconfound/nn";
 *
 * const params = { w: tensor([1, 2]) };
 * const { init, update } = sgd({ momentum: 0.9 });
 * const next = update({ w: tensor([4, -4]) }, init(params), params, { lr: 0.5 });
 * console.log(String(await evaluateReference(next.params.w).data())); // -1,4
 * ```
 */
export function sgd(options: SgdOptions = {}): Optimizer<SgdState> {
  checkSgd(arguments);
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
  if (nesterov && momentum === 0)
    throw new ConfigError("sgd: nesterov needs momentum > 0", ["sgd({ momentum: 0.9 })"], captureSite());
  return {
    init: (params) => ({ velocity: mapTree(params, (w) => zeros(w.shape)) }),
    update(gradient, state, params, options) {
      checkUpdate(arguments);
      const { lr } = options;
      type Params = typeof params;
      const decayed =
        weightDecay === 0 ? gradient : zipTrees(gradient, [params], ([g, w]) => add(g!, mul(w!, weightDecay)));
      const velocity = zipTrees(decayed, [state.velocity as Params], ([g, v]) => add(mul(v!, momentum), g!));
      const direction = nesterov ? zipTrees(decayed, [velocity], ([g, v]) => add(g!, mul(v!, momentum))) : velocity;
      return {
        params: zipTrees(params, [direction], ([w, d]) => sub(w!, mul(d!, lr))),
        state: { velocity },
      };
    },
  };
}
