import { ShapeError } from "../errors.ts";
import type { Shape } from "../shape.ts";
import { formatShape, sameShape, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";

/** A size along height and width; one number stands for both. */
export type Pair = number | readonly [height: number, width: number];

/**
 * Zeros around an image. `"valid"`: none. A number: on all four sides, as PyTorch. `"same"`: output size ⌈size/stride⌉; where the
 * total is odd, the extra row or column comes last, as TensorFlow, JAX and PyTorch do.
 */
export type Padding =
  | "valid"
  | "same"
  | number
  | readonly [readonly [top: number, bottom: number], readonly [left: number, right: number]];

/** Rows above, rows below, columns left, columns right. */
type Sides = readonly [top: number, bottom: number, left: number, right: number];

/** Where windows lie on an image, all sizes resolved to integers. */
export interface Windows {
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly dilation: readonly [number, number];
}

export function pairOf(op: string, name: string, value: Pair, least: number): readonly [number, number] {
  const pair = typeof value === "number" ? ([value, value] as const) : value;
  for (const n of pair) {
    if (!Number.isInteger(n) || n < least) {
      throw new ShapeError(`${op}: ${name} is ${n}`, [`expects an integer ≥ ${least}`], captureSite());
    }
  }
  return pair;
}

/** Number of windows along one axis; ≤ 0 where not even one fits. */
function windowCount(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation: number,
): number {
  return Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** Resolves {@link Padding} for one image and kernel size. */
export function sidesOf(
  op: string,
  padding: Padding,
  size: readonly [number, number],
  kernel: readonly [number, number],
  stride: readonly [number, number],
  dilation: readonly [number, number],
): Sides {
  if (padding === "valid") return [0, 0, 0, 0];
  if (padding === "same") {
    const [y, x] = [0, 1].map((i) => {
      const reach = (Math.ceil(size[i]! / stride[i]!) - 1) * stride[i]! + dilation[i]! * (kernel[i]! - 1) + 1;
      const total = Math.max(0, reach - size[i]!);
      return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
    });
    return [...y!, ...x!];
  }
  const sides: Sides =
    typeof padding === "number" ? [padding, padding, padding, padding] : [...padding[0], ...padding[1]];
  for (const n of sides) pairOf(op, "padding", n, 0);
  return sides;
}

/** Windows along height and width. @throws ShapeError if no window fits. */
export function outputSize(
  op: string,
  size: readonly [number, number],
  kernel: readonly [number, number],
  { stride, padding, dilation }: Windows,
): [number, number] {
  const [top, bottom, left, right] = padding;
  const oh = windowCount(size[0], kernel[0], stride[0], top, bottom, dilation[0]);
  const ow = windowCount(size[1], kernel[1], stride[1], left, right, dilation[1]);
  if (oh < 1 || ow < 1) {
    throw new ShapeError(
      `${op}: a ${kernel.join("×")} window does not fit a ${size.join("×")} image`,
      [`padding ${padding.join(",")} (top, bottom, left, right), dilation ${dilation.join(",")}`],
      captureSite(),
    );
  }
  return [oh, ow];
}

/** Params of the three convolution records. */
export interface ConvParams extends Windows {
  /** Channels are split into this many groups, each convolved alone. */
  readonly groups: number;
}

/** Checks a tensor's rank, naming its axes in the error. */
export function checkRank(op: string, name: string, shape: readonly number[], axes: readonly string[]): void {
  if (shape.length !== axes.length) {
    throw new ShapeError(
      `${op}: ${name} has rank ${shape.length}`,
      [`got ${name} [${shape.join(",")}]`, `expects (${axes.join(",")})`],
      captureSite(),
    );
  }
}

/** Checks a tensor's shape against what the other operands imply. */
export function checkImplied(op: string, name: string, shape: Shape, implied: Shape): void {
  if (!sameShape(shape, implied)) {
    throw new ShapeError(
      `${op}: ${name} is ${formatShape(shape)}, the other operands imply ${formatShape(implied)}`,
      [],
      captureSite(),
    );
  }
}

/** Of a convolution and of either gradient: every tap of every channel pair at every output pixel, taps on padding too. */
export function convFlops([kh, kw, depth]: Shape, y: Shape): number {
  return 2 * sizeOf(y) * kh! * kw! * depth!;
}
