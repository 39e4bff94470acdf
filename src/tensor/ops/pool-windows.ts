import { ShapeError } from "../errors.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import type { Padding, Pair, Windows } from "./conv-geometry.ts";
import { checkRank, outputSize, pairOf, sidesOf } from "./conv-geometry.ts";

/** Params of the pooling records. */
export interface PoolParams {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Windows["padding"];
}

export interface PoolOptions {
  /** Height and width of a window. */
  readonly size: Pair;
  /** Pixels between windows. @defaultValue `size` */
  readonly stride?: Pair | undefined;
  /** Each side smaller than the window. @defaultValue "valid" */
  readonly padding?: Padding | undefined;
}

/** Resolves the options for one image size. */
export function poolParams(op: string, x: AnyTensor, options: PoolOptions): PoolParams {
  checkRank(op, "x", x.shape, ["n", "h", "w", "c"]);
  const size = pairOf(op, "size", options.size, 1);
  const stride = pairOf(op, "stride", options.stride ?? options.size, 1);
  const image = [x.shape[1]!, x.shape[2]!] as const;
  return { size, stride, padding: sidesOf(op, options.padding ?? "valid", image, size, stride, [1, 1]) };
}

/** The shape of the pooled images. @throws ShapeError if a window could lie wholly in the padding, or none fits. */
export function pooledShape(op: string, x: TensorType, { size, stride, padding }: PoolParams): number[] {
  checkRank(op, "x", x.shape, ["n", "h", "w", "c"]);
  padding.forEach((n, side) => {
    const window = size[side < 2 ? 0 : 1];
    if (n >= window) {
      throw new ShapeError(
        `${op}: padding ${n} is not smaller than the window, ${window}`,
        ["every window must hold a pixel"],
        captureSite(),
      );
    }
  });
  const [n, height, width, c] = x.shape as [number, number, number, number];
  return [n, ...outputSize(op, [height, width], size, { stride, padding, dilation: [1, 1] }), c];
}

/**
 * Visits every window: the element offset of its output pixel, and of its input pixels in row-major order.
 * Channels follow each other from those offsets on.
 */
export function eachWindow(
  [n, height, width, c]: readonly number[],
  [, oh, ow]: readonly number[],
  { size, stride, padding }: PoolParams,
  visit: (output: number, inputs: readonly number[]) => void,
): void {
  for (let s = 0; s < n!; s++) {
    for (let r = 0; r < oh!; r++) {
      for (let q = 0; q < ow!; q++) {
        const inputs: number[] = [];
        const [top, left] = [r * stride[0] - padding[0], q * stride[1] - padding[2]];
        for (let i = Math.max(0, top); i < Math.min(height!, top + size[0]); i++) {
          for (let j = Math.max(0, left); j < Math.min(width!, left + size[1]); j++) {
            inputs.push(((s * height! + i) * width! + j) * c!);
          }
        }
        visit(((s * oh! + r) * ow! + q) * c!, inputs);
      }
    }
  }
}

/** Example calls: overlapping windows, gaps, asymmetric padding, one pixel. */
export const poolSamples: readonly { x: readonly number[]; y: readonly number[]; params: PoolParams }[] = [
  { x: [2, 4, 4, 3], y: [2, 2, 2, 3], params: { size: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] } },
  { x: [1, 5, 6, 2], y: [1, 3, 3, 2], params: { size: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] } },
  { x: [1, 4, 5, 1], y: [1, 4, 5, 1], params: { size: [2, 3], stride: [1, 1], padding: [1, 0, 0, 2] } },
  { x: [1, 7, 5, 4], y: [1, 2, 2, 4], params: { size: [2, 1], stride: [4, 3], padding: [0, 0, 0, 0] } },
  { x: [1, 1, 1, 1], y: [1, 1, 1, 1], params: { size: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0] } },
];
