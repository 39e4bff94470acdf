import { relu } from "../../../tensor/ops/activations.ts";
import { add, div, mul, sqrt, square, sub } from "../../../tensor/ops/elementwise.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import { slice } from "../../../tensor/ops/slice.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

const smallest = 1e-7;

/** The first and the second half of a batch. */
export function halves(x: AnyTensor): [AnyTensor, AnyTensor] {
  const middle = x.shape[0]! / 2;
  return [slice(x, { axis: 0, stop: middle }), slice(x, { axis: 0, start: middle })];
}

/** Root mean square of the difference of each image of one half to that of the other; with a gradient where they are equal. */
function distances(x: AnyTensor): AnyTensor {
  const [a, b] = halves(x);
  return sqrt(add(mean(square(sub(a, b)), { axis: [1, 2, 3] }), smallest ** 2));
}

/**
 * mean(‖x₁ − x₂‖ / (‖p₁ − p₂‖ + 1e-7)) over pairs of one image of each half: low where different images have different patterns.
 *
 * @param images - `(2n, h, w, c)`; `patterns` - `(2n, h, w, k)`.
 */
export function diversityLoss(images: AnyTensor, patterns: AnyTensor): AnyTensor {
  return mean(div(distances(images), add(distances(patterns), smallest)));
}

/** 100·mean(ReLU(mask − density)). */
export function densityLoss(mask: AnyTensor, density: number): AnyTensor {
  return mul(mean(relu(sub(mask, density))), 100);
}
