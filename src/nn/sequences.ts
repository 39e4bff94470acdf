import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import type { Padding } from "../tensor/ops/conv-geometry.ts";
import { conv2d } from "../tensor/ops/conv2d.ts";
import { maxPool2d } from "../tensor/ops/max-pool.ts";
import { expandDims, squeeze } from "../tensor/ops/reshape.ts";
import type { Kind } from "../tensor/parameters.ts";
import { parameters, required } from "../tensor/parameters.ts";
import type { Shape } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

// Sequences are images of height 1: the records and kernels are those of images.

/** What is added at both ends. */
export type SequencePadding = "valid" | "same" | number | readonly [before: number, after: number];

const padding: Kind = {
  expects: '"valid", "same", a number, or [before, after]',
  accepts: (value) =>
    value === "valid" ||
    value === "same" ||
    kind.number.accepts(value) ||
    (kind.pair.accepts(value) && Array.isArray(value)),
  error: ShapeError,
};

/** (n, l, c) by kernels (taps, c/groups, k) → (n, ol, k); lengths are left to run time. */
export type Sequences<X extends Shape, W extends Shape> = X extends readonly [infer N extends number, number, number]
  ? W extends readonly [number, number, infer K extends number]
    ? [N, number, K]
    : [N, number, number]
  : [number, number, number];

function wide(name: string, what: string, x: AnyTensor, axis: number): Tensor {
  if (x.shape.length !== 3) {
    throw new ShapeError(`${name}: ${what} ${formatType(x)} has not rank 3`, [], captureSite());
  }
  return expandDims(x as Tensor, { axis }) as Tensor;
}

/** The padding of an image of height 1. */
function imagePadding(of: SequencePadding | undefined): Padding {
  if (of === undefined || of === "valid" || of === "same") return of ?? "valid";
  return [[0, 0], typeof of === "number" ? [of, of] : of];
}

/** How a kernel moves along a sequence. */
export interface Conv1dOptions {
  /** Places between windows. @defaultValue 1 */
  readonly stride?: number | undefined;
  /** @defaultValue "valid" */
  readonly padding?: SequencePadding | undefined;
  /** Places between taps. @defaultValue 1 */
  readonly dilation?: number | undefined;
  /** @defaultValue 1 */
  readonly groups?: number | undefined;
}

const checkConv1d = parameters(
  "conv1d",
  { x: kind.tensor, w: kind.tensor },
  { stride: kind.count, padding, dilation: kind.count, groups: kind.count },
);

/**
 * Convolution (cross-correlation) of sequences: y[n,r,o] = Σ x[n, r·s − before + i·d, c]·w[i,c,o].
 *
 * @param x - `(n, l, c)`, f32.
 * @param w - `(taps, c/groups, k)`, f32.
 * @returns `(n, ol, k)`, ol = ⌊(l + before + after − d·(taps − 1) − 1)/s⌋ + 1.
 * @throws ShapeError if the channels disagree or no window fits.
 * @see torch.nn.functional.conv1d
 * @example
 * ```ts
 * import { evaluateReference, ones, tensor } from "deconfound";
 * import { conv1d } from "deconfound/nn";
 * const x = tensor([[[1], [2], [3], [4]]]);
 * console.log(String(await evaluateReference(conv1d(x, ones([2, 1, 1]), { padding: [1, 0] })).data())); // 1,3,5,7
 * ```
 */
export function conv1d<X extends AnyTensor, W extends AnyTensor>(
  x: X,
  w: W,
  options?: Conv1dOptions,
): Tensor<Sequences<X["shape"], W["shape"]>>;
export function conv1d(x: AnyTensor, w: AnyTensor, options: Conv1dOptions = {}): AnyTensor {
  checkConv1d(arguments);
  const { stride = 1, dilation = 1, groups = 1 } = options;
  const y = conv2d(wide("conv1d", "x", x, 1), wide("conv1d", "w", w, 0), {
    stride: [1, stride],
    padding: imagePadding(options.padding),
    dilation: [1, dilation],
    groups,
  });
  return squeeze(y as Tensor, { axis: 1 });
}

/** Windows of a sequence. */
export interface Pool1dOptions {
  /** Places of a window. */
  readonly size: number;
  /** Places between windows. @defaultValue `size` */
  readonly stride?: number | undefined;
  /** Each side smaller than the window. @defaultValue "valid" */
  readonly padding?: SequencePadding | undefined;
}

const checkMaxPool1d = parameters(
  "maxPool1d",
  { x: kind.tensor },
  { size: required(kind.count), stride: kind.count, padding },
);

/**
 * Largest value of each window of sequences, channel by channel; NaN if one of its values is. Padding never wins. The first largest value takes
 * the gradient.
 *
 * @param x - `(n, l, c)`, f32.
 * @returns `(n, ol, c)`, ol = ⌊(l + before + after − size)/stride⌋ + 1.
 * @throws ShapeError if no window fits, or a side of the padding is not smaller than the window.
 * @see torch.nn.functional.max_pool1d
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { maxPool1d } from "deconfound/nn";
 * console.log(String(await evaluateReference(maxPool1d(tensor([[[1], [5], [2], [4]]]), { size: 2 })).data())); // 5,4
 * ```
 */
export function maxPool1d<N extends number, C extends number>(
  x: Tensor<readonly [N, number, C]>,
  options: Pool1dOptions,
): Tensor<[N, number, C]>;
export function maxPool1d(x: AnyTensor, options: Pool1dOptions): Tensor<[number, number, number]>;
export function maxPool1d(x: AnyTensor, options: Pool1dOptions): AnyTensor {
  checkMaxPool1d(arguments);
  const { size, stride = size } = options;
  const y = maxPool2d(wide("maxPool1d", "x", x, 1), {
    size: [1, size],
    stride: [1, stride],
    padding: imagePadding(options.padding),
  });
  return squeeze(y, { axis: 1 });
}
