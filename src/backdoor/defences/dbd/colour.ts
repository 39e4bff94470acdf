import { clip } from "../../../tensor/ops/activations.ts";
import { sum } from "../../../tensor/ops/broadcast.ts";
import { add, cos, mul, sin, sub } from "../../../tensor/ops/elementwise.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import { reshape } from "../../../tensor/ops/reshape.ts";
import { roll } from "../../../tensor/ops/roll.ts";
import { split, uniform } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";

const strength = 0.4; // of brightness, contrast and saturation: factors of 1 ± this
const hueRange = 0.1; // of a whole turn, to either side

const luma = [0.299, 0.587, 0.114]; // of red, green and blue, as in ITU-R BT.601

/**
 * Images with other colours, each with its own: brightness, contrast and saturation by factors from U(0.6, 1.4), and hue by up to a tenth of a
 * turn, in this order, cut to [0, 1] after each. Images without three channels get the first two.
 *
 * @param images - `f32 (n, h, w, c)` in [0, 1]. @param key - `u32 (2)`.
 *
 * Deviation: always in this order; torchvision shuffles it. Hue turns about the grey axis of RGB; torchvision turns it in HSV.
 * @example
 * ```ts
 * import { evaluateReference, full, random } from "deconfound";
 * import { colourJitter } from "deconfound/backdoor";
 *
 * const grey = full([1, 2, 2, 3], 0.5); // and stays grey
 * const [red, green] = await evaluateReference(colourJitter(grey, random.key(0))).data();
 * console.log(Math.abs(red! - green!) < 1e-6); // true
 * ```
 */
export function colourJitter(images: AnyTensor, key: AnyTensor): AnyTensor {
  const [n, , , channels] = images.shape as [number, number, number, number];
  const keys = split(key, 4);
  const each = (from: AnyTensor, low: number, high: number): AnyTensor =>
    reshape(uniform(from, [n], { from: low, to: high }), [n, 1, 1, 1]);
  const factor = (from: AnyTensor): AnyTensor => each(from, 1 - strength, 1 + strength);
  /** From `base` on, `by` times as far. */
  const away = (x: AnyTensor, base: AnyTensor, by: AnyTensor): AnyTensor => cut(add(base, mul(sub(x, base), by)));
  const brighter = cut(mul(images, factor(keys[0])));
  const middle = mean(channels === 3 ? greyed(brighter) : brighter, { axis: [1, 2, 3], keepDims: true });
  const contrasted = away(brighter, middle, factor(keys[1]));
  if (channels !== 3) return contrasted;
  const saturated = away(contrasted, greyed(contrasted), factor(keys[2]));
  const turn = 2 * Math.PI * hueRange;
  return cut(hueTurned(saturated, each(keys[3], -turn, turn)));
}

/**
 * Colours turned about the grey axis of RGB: x ← m + cos θ·(x − m) + sin θ·(u × x), m being the mean of the three and u the axis.
 *
 * @param images - `f32 (n, h, w, 3)`. @param angle - θ in radians, `f32 (n, 1, 1, 1)`.
 */
export function hueTurned(images: AnyTensor, angle: AnyTensor): AnyTensor {
  const middle = mean(images, { axis: 3, keepDims: true });
  const across = mul(sub(roll(images, { shift: 1, axis: 3 }), roll(images, { shift: -1, axis: 3 })), Math.sqrt(1 / 3));
  return add(add(middle, mul(sub(images, middle), cos(angle))), mul(across, sin(angle)));
}

/**
 * Images without colour: 0.299·red + 0.587·green + 0.114·blue in each of the channels.
 *
 * @param images - `f32 (n, h, w, 3)` in [0, 1].
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { greyed } from "deconfound/backdoor";
 *
 * const grey = await evaluateReference(greyed(tensor([[[[1, 0, 0]]]]))).data();
 * console.log(Array.from(grey, (value) => value.toFixed(3)).join(" ")); // 0.299 0.299 0.299
 * ```
 */
export function greyed(images: AnyTensor): AnyTensor {
  const brightness = sum(mul(images, tensor(luma)), { axis: 3, keepDims: true });
  return cut(add(mul(images, 0), brightness)); // the three weights sum to a little more than 1 in f32
}

const cut = (x: AnyTensor): AnyTensor => clip(x, { min: 0, max: 1 });
