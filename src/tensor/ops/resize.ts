import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { hostLeaf } from "../tensor.ts";
import type { Pair } from "./conv-geometry.ts";
import { checkRank, pairOf } from "./conv-geometry.ts";
import { add, mul, sub } from "./elementwise.ts";
import { gather } from "./gather.ts";

const checkResizeBilinear = parameters("resizeBilinear", { x: kind.tensor }, { size: required(kind.pair) });

/**
 * Bilinear resizing of images, pixel centres aligned, not corners: `align_corners=False` of PyTorch. Shrinking reads two rows
 * and columns only, without smoothing.
 *
 * @param x - `(n, h, w, c)`, f32, h and w ≥ 1.
 * @param options.size - height and width of the result, ≥ 1.
 * @returns `(n, height, width, c)`.
 * @throws ShapeError if there are no pixels to read.
 * @see torch.nn.functional.interpolate, mode "bilinear"
 * @example
 * ```ts
 * import { evaluateReference, resizeBilinear, tensor } from "deconfound";
 * const image = tensor([[[[0], [4]]]]); // one row of two pixels
 * console.log(String(await evaluateReference(resizeBilinear(image, { size: [1, 4] })).data())); // 0,1,3,4
 * ```
 */
export function resizeBilinear(x: AnyTensor, options: { size: Pair }): Tensor;
export function resizeBilinear(x: AnyTensor, options: { size: Pair }): AnyTensor {
  checkResizeBilinear(arguments);
  checkRank("resizeBilinear", "x", x.shape, ["n", "h", "w", "c"]);
  const [height, width] = pairOf("resizeBilinear", "size", options.size, 1);
  if (x.shape[1] === 0 || x.shape[2] === 0) {
    throw new ShapeError("resizeBilinear: the images have no pixel", [], captureSite());
  }
  return resizeAxis(resizeAxis(x, 1, height), 2, width);
}

/** Resizes axis 1 or 2 of (n, h, w, c): x[lower] + weight·(x[upper] − x[lower]). */
function resizeAxis(x: AnyTensor, axis: 1 | 2, size: number): AnyTensor {
  const from = x.shape[axis]!;
  if (from === size) return x;
  const [lower, upper, weight] = [new Int32Array(size), new Int32Array(size), new Float32Array(size)];
  for (let i = 0; i < size; i++) {
    const centre = Math.max(0, ((i + 0.5) * from) / size - 0.5);
    lower[i] = Math.floor(centre);
    upper[i] = Math.min(lower[i]! + 1, from - 1);
    weight[i] = centre - lower[i]!;
  }
  const rows = (indices: Int32Array): AnyTensor =>
    gather(x, hostLeaf({ shape: [size], dtype: "i32" }, indices), { axis });
  const near = rows(lower);
  const share = hostLeaf({ shape: axis === 1 ? [size, 1, 1] : [size, 1], dtype: "f32" }, weight);
  return add(near, mul(sub(rows(upper), near), share));
}
