import { stack } from "../tensor/ops/concat.ts";
import { arange } from "../tensor/ops/creation.ts";
import { add, mul, sub } from "../tensor/ops/elementwise.ts";
import { gridSample } from "../tensor/ops/grid-sample.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/**
 * Where each image of a batch is read: the pixel at (x, y) of the result is the image's point (xx·x + xy·y + x0, yx·x + yy·y + y0), both
 * in pixels from the centre, to the right and downwards. Each `f32 (n)`.
 */
export interface AffineMap {
  readonly xx: AnyTensor;
  readonly xy: AnyTensor;
  readonly x0: AnyTensor;
  readonly yx: AnyTensor;
  readonly yy: AnyTensor;
  readonly y0: AnyTensor;
}

/**
 * Images that are turned, mirrored, moved or cropped, each by a map of its own; read bilinearly.
 *
 * @param images - `f32 (n, h, w, c)`.
 * @param outside - what lies outside of an image: black, or its nearest pixel.
 * @returns `f32 (n, h, w, c)`.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { sampleAffine } from "deconfound/backdoor";
 *
 * const [image, zero, one] = [tensor([[[[1], [2], [3]]]]), tensor([0]), tensor([1])]; // one row of three pixels
 * const mirror = { xx: tensor([-1]), xy: zero, x0: zero, yx: zero, yy: one, y0: zero };
 * console.log(String(await evaluateReference(sampleAffine(image, mirror, "zeros")).data())); // 3,2,1
 * ```
 */
export function sampleAffine(images: AnyTensor, map: AffineMap, outside: "zeros" | "edge"): AnyTensor {
  const [n, height, width] = images.shape as [number, number, number];
  const x = reshape(sub(arange(width), (width - 1) / 2), [1, 1, width]);
  const y = reshape(sub(arange(height), (height - 1) / 2), [1, height, 1]);
  const each = (values: AnyTensor): AnyTensor => reshape(values, [n, 1, 1]);
  const point = (byX: AnyTensor, byY: AnyTensor, shift: AnyTensor, size: number): AnyTensor =>
    mul(add(add(mul(each(byX), x), mul(each(byY), y)), each(shift)), 2 / Math.max(1, size - 1)); // ±1: the outermost centres
  const grid = stack([point(map.xx, map.xy, map.x0, width), point(map.yx, map.yy, map.y0, height)], { axis: 3 });
  return gridSample(images, grid, { padding: outside });
}
