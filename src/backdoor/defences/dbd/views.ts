import { ones, zeros } from "../../../tensor/ops/creation.ts";
import { div, exp, floor, minimum, mul, sqrt, sub } from "../../../tensor/ops/elementwise.ts";
import { reshape } from "../../../tensor/ops/reshape.ts";
import { where } from "../../../tensor/ops/select.ts";
import { bernoulli, split, uniform } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { sampleAffine } from "../../sample-affine.ts";
import { colourJitter, greyed } from "./colour.ts";

const smallestPart = 0.2; // of the image's area
const mostOblong = 4 / 3; // width to height of a part, or height to width

/** Options of the views of an image. */
export interface ViewOptions {
  /** Whether half of them are mirrored. */
  readonly mirror: boolean;
}

/**
 * One view of each image for contrastive learning: a random part of 20 to 100 % of its area, of sides from 3 : 4 to 4 : 3, enlarged to the
 * image's size; mirrored in half of the cases; with other colours in 80 %, see {@link colourJitter}; grey in 20 %. Images without three
 * channels stay without the grey.
 *
 * @param images - `f32 (n, h, w, c)` in [0, 1]. @param key - `u32 (2)`.
 * @returns likewise, in [0, 1].
 *
 * Deviation: parts begin and end between pixels, are read bilinearly, and one that would be larger than the image is cut to its size;
 * torchvision takes whole pixels, reads bicubically and draws again.
 * Deviation: no blur, as SimCLR's authors have it for images of 32 pixels; DBD's code blurs half of the views.
 * Source: Chen et al., A Simple Framework for Contrastive Learning of Visual Representations (ICML 2020); strengths as in DBD's code.
 * @example
 * ```ts
 * import { evaluateReference, full, random } from "deconfound";
 * import { contrastiveView } from "deconfound/backdoor";
 *
 * const program = contrastiveView(full([1, 8, 8, 3], 0.5), random.key(1), { mirror: true });
 * const view = await evaluateReference(program).data();
 * console.log(view.length, view.every((value) => value >= 0 && value <= 1)); // 192 true
 * ```
 */
export function contrastiveView(images: AnyTensor, key: AnyTensor, { mirror }: ViewOptions): AnyTensor {
  const [n, , , channels] = images.shape as [number, number, number, number];
  const [part, flip, jitter, jittered, grey] = split(key, 5);
  const cropped = resizedPart(images, part, signs(flip, n, mirror));
  const chosen = (from: AnyTensor, p: number): AnyTensor => reshape(bernoulli(from, [n], { p }), [n, 1, 1, 1]);
  const coloured = where(chosen(jittered, 0.8), colourJitter(cropped, jitter), cropped);
  return channels === 3 ? where(chosen(grey, 0.2), greyed(coloured), coloured) : coloured;
}

/**
 * Each image moved by whole pixels, by up to an eighth of its sides, and mirrored in half of the cases. Outside is what lies on the edge.
 *
 * @param images - `f32 (n, h, w, c)`. @param key - `u32 (2)`.
 * @example
 * ```ts
 * import { evaluateReference, full, random } from "deconfound";
 * import { shiftedView } from "deconfound/backdoor";
 *
 * const program = shiftedView(full([1, 8, 8, 1], 0.5), random.key(1), { mirror: true });
 * console.log((await evaluateReference(program).data()).every((value) => value === 0.5)); // true
 * ```
 */
export function shiftedView(images: AnyTensor, key: AnyTensor, { mirror }: ViewOptions): AnyTensor {
  const [n, height, width] = images.shape as [number, number, number];
  const [across, down, flip] = split(key, 3);
  const shift = (from: AnyTensor, size: number): AnyTensor => {
    const most = Math.round(size / 8);
    return sub(floor(mul(uniform(from, [n]), 2 * most + 1)), most);
  };
  const [zero, one] = [zeros([n]), ones([n])];
  const map = {
    xx: signs(flip, n, mirror),
    xy: zero,
    x0: shift(across, width),
    yx: zero,
    yy: one,
    y0: shift(down, height),
  };
  return sampleAffine(images, map, "edge");
}

/** A random part of each image in the image's size. @param mirrors - 1, or −1 for images that are mirrored. */
export function resizedPart(images: AnyTensor, key: AnyTensor, mirrors: AnyTensor): AnyTensor {
  const [n, height, width] = images.shape as [number, number, number];
  const [areas, ratios, left, top] = split(key, 4);
  const area = mul(uniform(areas, [n], { from: smallestPart }), width * height);
  const ratio = exp(uniform(ratios, [n], { from: -Math.log(mostOblong), to: Math.log(mostOblong) }));
  const across = minimum(sqrt(mul(area, ratio)), width);
  const down = minimum(sqrt(div(area, ratio)), height);
  /** From the image's centre to that of the part, in pixels. */
  const offset = (from: AnyTensor, part: AnyTensor, size: number): AnyTensor =>
    mul(uniform(from, [n], { from: -0.5, to: 0.5 }), sub(size, part));
  const zero = zeros([n]);
  const map = {
    xx: mul(mirrors, div(across, width)),
    xy: zero,
    x0: offset(left, across, width),
    yx: zero,
    yy: div(down, height),
    y0: offset(top, down, height),
  };
  return sampleAffine(images, map, "edge");
}

/** 1, or −1 for images that are mirrored. */
function signs(key: AnyTensor, n: number, mirror: boolean): AnyTensor {
  const one = ones([n]);
  return mirror ? where(bernoulli(key, [n], { p: 0.5 }), mul(one, -1), one) : one;
}
