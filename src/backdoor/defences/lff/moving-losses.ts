import { zeros } from "../../../tensor/ops/creation.ts";
import { add, greater, mul, sub } from "../../../tensor/ops/elementwise.ts";
import { gather, scatterAdd } from "../../../tensor/ops/gather.ts";
import { where } from "../../../tensor/ops/select.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/** A running mean of the loss of every sample of a set. */
export type MovingLosses = {
  /** `f32 (N)`, in nats; 0 for samples that were not seen yet. */
  readonly values: AnyTensor;
  /** `f32 (N)`: 1 for samples that were seen, else 0. */
  readonly seen: AnyTensor;
};

/**
 * Before the first step.
 *
 * @param count - N.
 * @example
 * ```ts
 * import { beginMovingLosses } from "deconfound/backdoor";
 *
 * console.log(String(beginMovingLosses(3).values.shape)); // 3
 * ```
 */
export function beginMovingLosses(count: number): MovingLosses {
  return { values: zeros([count]), seen: zeros([count]) };
}

/**
 * The exponential moving average of some samples' losses: v ← α·v + (1 − α)·ℓ, and v ← ℓ where a sample is seen for the first time.
 * The others stay as they are.
 *
 * @param losses - ℓ, `f32 (n)`. @param indices - `i32 (n)`, the samples, no two of them equal.
 * @param options.decay - α in [0, 1]: how much stays of what was.
 * Source: Nam et al., Learning from Failure (2020), §3.3 and the authors' code.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { beginMovingLosses, moveLosses } from "deconfound/backdoor";
 *
 * const indices = tensor([2, 0], { dtype: "i32" });
 * const once = moveLosses(beginMovingLosses(3), tensor([4, 1]), indices, { decay: 0.5 });
 * const twice = moveLosses(once, tensor([2, 1]), indices, { decay: 0.5 });
 * console.log(String(await evaluateReference(twice.values).data())); // 1,0,3
 * ```
 */
export function moveLosses(
  { values, seen }: MovingLosses,
  losses: AnyTensor,
  indices: AnyTensor,
  options: { readonly decay: number },
): MovingLosses {
  const size = values.shape[0]!;
  const before = gather(values, indices);
  const share = sub(1, mul(gather(seen, indices), options.decay));
  const moved = add(mul(before, options.decay), mul(losses, share));
  const here = greater(scatterAdd(add(mul(losses, 0), 1), indices, { size }), 0);
  return {
    values: where(here, scatterAdd(moved, indices, { size }), values),
    seen: where(here, 1, seen),
  };
}
