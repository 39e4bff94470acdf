import * as kind from "../tensor/kinds.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add, div, expm1, mul, neg, sqrt, square, sub } from "../tensor/ops/elementwise.ts";
import { parameters } from "../tensor/parameters.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { mapTree, zipTrees } from "../tensor/tree.ts";
import type { Optimizer } from "./optimizer.ts";
import { updateParameters } from "./optimizer.ts";

/** Steps made, an f32 scalar; and running means of the gradient and of its square, trees like the parameters. */
export type AdamState = { readonly count: AnyTensor; readonly first: object; readonly second: object };

export interface AdamOptions {
  /** Decay of the first moment. @defaultValue 0.9 */
  readonly beta1?: number | undefined;
  /** Decay of the second moment. @defaultValue 0.999 */
  readonly beta2?: number | undefined;
  /** Added to √v̂. @defaultValue 1e-8 */
  readonly epsilon?: number | undefined;
}

const checkUpdate = updateParameters("adam", { count: kind.tensor, first: kind.tree, second: kind.tree });
const checkAdam = parameters("adam", {}, { beta1: kind.belowOne, beta2: kind.belowOne, epsilon: kind.notNegative });

/**
 * Adam:
 *
 *     m ← β₁m + (1 − β₁)g;   v ← β₂v + (1 − β₂)g²;   w ← w − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 *
 * @see Kingma & Ba 2015; torch.optim.Adam
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { adam } from "deconfound/nn";
 *
 * const params = { w: tensor([1, 2]) };
 * const { init, update } = adam();
 * const next = update({ w: tensor([4, -4]) }, init(params), params, { lr: 0.5 });
 * const w = await evaluateReference(next.params.w).data();
 * console.log(Array.from(w, (value) => value.toFixed(3)).join(" ")); // 0.500 2.500
 * ```
 */
export function adam(options: AdamOptions = {}): Optimizer<AdamState> {
  checkAdam(arguments);
  return adamW({ ...options, weightDecay: 0 });
}

const checkAdamW = parameters(
  "adamW",
  {},
  { beta1: kind.belowOne, beta2: kind.belowOne, epsilon: kind.notNegative, weightDecay: kind.notNegative },
);

/**
 * Adam with decoupled weight decay: w ← (1 − lr·wd)·w before Adam's step.
 *
 * @param options.weightDecay - wd. @defaultValue 0.01
 * @see Loshchilov & Hutter 2019; torch.optim.AdamW
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { adamW } from "deconfound/nn";
 *
 * const params = { w: tensor([1, 2]) };
 * const { init, update } = adamW({ weightDecay: 0.5 });
 * const next = update({ w: tensor([4, -4]) }, init(params), params, { lr: 0.5 });
 * const w = await evaluateReference(next.params.w).data();
 * console.log(Array.from(w, (value) => value.toFixed(3)).join(" ")); // 0.250 2.000
 * ```
 */
export function adamW(options: AdamOptions & { weightDecay?: number | undefined } = {}): Optimizer<AdamState> {
  checkAdamW(arguments);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  const nothing = (params: object): object => mapTree(params, (w) => zeros(w.shape));
  return {
    init: (params) => ({ count: zeros([]), first: nothing(params), second: nothing(params) }),
    update(gradient, state, params, options) {
      checkUpdate(arguments);
      const { lr } = options;
      type Params = typeof params;
      const count = add(state.count, 1);
      const first = zipTrees(gradient, [state.first as Params], ([g, m]) => add(mul(m!, beta1), mul(g!, 1 - beta1)));
      const second = zipTrees(gradient, [state.second as Params], ([g, v]) =>
        add(mul(v!, beta2), mul(square(g!), 1 - beta2)),
      );
      const rate = div(lr, gathered(beta1, count));
      const spread = sqrt(gathered(beta2, count));
      const decay = weightDecay === 0 ? undefined : sub(1, mul(lr, weightDecay));
      const moved = zipTrees(params, [first, second], ([w, m, v]) => {
        const step = mul(rate, div(m!, add(div(sqrt(v!), spread), epsilon)));
        return sub(decay === undefined ? w! : mul(w!, decay), step);
      });
      return { params: moved, state: { count, first, second } };
    },
  };
}

/** 1 − βᵗ without cancellation: 0.999 rounded to f32 would already cost 1 − 0.999 four digits. */
function gathered(beta: number, count: AnyTensor): AnyTensor {
  return neg(expm1(mul(count, Math.log(beta))));
}
