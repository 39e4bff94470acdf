import { sum } from "../../../tensor/ops/broadcast.ts";
import { abs, add, div, pow, sqrt, square, sub } from "../../../tensor/ops/elementwise.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import { reshape } from "../../../tensor/ops/reshape.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/** ε of a map's norm: keeps a map of zeros, as of a stage that is dead, and its gradient finite. */
const epsilon = 1e-6;

/**
 * Where a stage of a network looks: per image and position, how large its activations are over all channels, with norm 1 over the
 * positions.
 *
 *     A = Σ_c |F_c|^p;   A / √(Σ A² + ε²),   ε = 10⁻⁶
 *
 * @param features - F, f32 `(n, h, w, c)`. @param p - at least 1.
 * @returns f32 `(n, h·w)`.
 * Source: Li et al., Neural Attention Distillation (ICLR 2021), equations 1 and 2.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { attentionMap } from "deconfound/backdoor";
 *
 * const features = tensor([1, 1, 2, 0, 0, 0, 0, 0], { shape: [1, 2, 2, 2] }); // two channels at four positions
 * const map = evaluateReference(attentionMap(features, 2));
 * console.log(String(map.shape), Array.from(await map.data(), (value) => value.toFixed(2)).join()); // 1,4 0.45,0.89,0.00,0.00
 * ```
 */
export function attentionMap(features: AnyTensor, p: number): AnyTensor {
  const [images, height, width] = features.shape as [number, number, number, number];
  const powers = p === 2 ? square(features) : pow(abs(features), p);
  const map = reshape(sum(powers, { axis: 3 }), [images, height * width]);
  return div(map, sqrt(add(sum(square(map), { axis: 1, keepDims: true }), epsilon ** 2)));
}

/**
 * How differently two networks look at the same images: the mean squared difference of their {@link attentionMap}s over images and
 * positions.
 *
 * @param student - f32 `(n, h, w, c)`. @param teacher - f32 `(n, h, w, d)`, of the same size.
 * @returns f32 `()`.
 * @example
 * ```ts
 * import { evaluateReference, mul, tensor } from "deconfound";
 * import { attentionDistance } from "deconfound/backdoor";
 *
 * const features = tensor([1, 2, 3, 4], { shape: [1, 2, 2, 1] });
 * const distance = attentionDistance(features, mul(features, 5), 2); // the same places, five times as strong
 * console.log((await evaluateReference(distance).item()).toFixed(6)); // 0.000000
 * ```
 */
export function attentionDistance(student: AnyTensor, teacher: AnyTensor, p: number): AnyTensor {
  return mean(square(sub(attentionMap(student, p), attentionMap(teacher, p))));
}
