import { add, cos, mul, neg, round, sin, sub } from "../../../tensor/ops/elementwise.ts";
import { split, uniform } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { sampleAffine } from "../../sample-affine.ts";

/** Largest shift, as a share of height and of width. */
const furthest = 0.2;

/**
 * Images that are each turned by an angle from U(−π, π), then moved by whole pixels, by up to a fifth of the height and of the width. What
 * comes in from outside is black.
 *
 * @param images - `f32 (n, h, w, c)`. @param key - `u32 (2)`.
 *
 * Deviation: read bilinearly, once for both; the authors' code reads the nearest pixel, and cuts off at the border in between.
 * Source: Chen et al., Effective Backdoor Defense by Exploiting Sensitivity of Poisoned Samples (NeurIPS 2022), the authors' code.
 * @example
 * ```ts
 * import { evaluateReference, full, random } from "deconfound";
 * import { turnAndShift } from "deconfound/backdoor";
 *
 * const moved = await evaluateReference(turnAndShift(full([1, 8, 8, 1], 1), random.key(0))).data();
 * console.log(moved.length, moved.some((value) => value === 0)); // 64 true
 * ```
 */
export function turnAndShift(images: AnyTensor, key: AnyTensor): AnyTensor {
  const [n, height, width] = images.shape as [number, number, number];
  const [turn, across, down] = split(key, 3);
  const angle = uniform(turn, [n], { from: -Math.PI, to: Math.PI });
  const shift = (from: AnyTensor, size: number): AnyTensor =>
    round(uniform(from, [n], { from: -furthest * size, to: furthest * size }));
  const [dx, dy] = [shift(across, width), shift(down, height)];
  const [c, s] = [cos(angle), sin(angle)];
  // p is read at R(p − d): the shift is undone first, then the turn
  return sampleAffine(
    images,
    {
      xx: c,
      xy: s,
      x0: neg(add(mul(c, dx), mul(s, dy))),
      yx: neg(s),
      yy: c,
      y0: sub(mul(s, dx), mul(c, dy)),
    },
    "zeros",
  );
}
