import { clip } from "../../../tensor/ops/activations.ts";
import { add, mul, sign } from "../../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/**
 * One step of ascent on a perturbation, by the sign of the loss's gradient, within a box:
 *
 *     δ ← clip(δ + rate · sign(∂L/∂δ), −ε, ε)
 *
 * @param perturbation - δ, f32. @param gradient - like it.
 * @param options.rate - how far a step goes. @param options.epsilon - ε, from 0.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { ascend } from "deconfound/backdoor";
 *
 * const next = ascend(tensor([0, 0.25, -0.25]), tensor([3, 1e-3, 0]), { rate: 0.5, epsilon: 0.5 });
 * console.log(String(await evaluateReference(next).data())); // 0.5,0.5,-0.25
 * ```
 */
export function ascend(
  perturbation: AnyTensor,
  gradient: AnyTensor,
  { rate, epsilon }: { readonly rate: number; readonly epsilon: number },
): AnyTensor {
  return clip(add(perturbation, mul(sign(gradient), rate)), { min: -epsilon, max: epsilon });
}

/**
 * A mask's nearest one with values in [0, 1].
 *
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { projectMask } from "deconfound/backdoor";
 *
 * console.log(String(await evaluateReference(projectMask(tensor([-0.5, 0.25, 2]))).data())); // 0,0.25,1
 * ```
 */
export function projectMask(mask: AnyTensor): AnyTensor {
  return clip(mask, { min: 0, max: 1 });
}

/**
 * The neurons that a mask prunes: those whose value is at most the threshold.
 *
 * @param mask - one value per neuron. @param threshold - 0 … 1.
 * @example
 * ```ts
 * import { maskedOut } from "deconfound/backdoor";
 *
 * console.log(String(maskedOut([1, 0.2, 0.21, 0], 0.2))); // 1,3
 * ```
 */
export function maskedOut(mask: ArrayLike<number>, threshold: number): readonly number[] {
  return Array.from(mask, (_, neuron) => neuron).filter((neuron) => mask[neuron]! <= Math.fround(threshold));
}
