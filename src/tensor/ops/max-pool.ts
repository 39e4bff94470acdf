import type { NumericArray } from "../dtype.ts";
import * as kind from "../kinds.ts";
import type { Domain, Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { sizeOf } from "../shape.ts";
import type { AnyTensor, Tensor, TensorType } from "../tensor.ts";
import { accumulate } from "./accumulate.ts";
import { checkImplied } from "./conv-geometry.ts";
import { rowByRow } from "./fold-batch.ts";
import { checkDTypes } from "./operand.ts";
import type { PoolOptions, PoolParams } from "./pool-windows.ts";
import { eachWindow, pooledShape, poolParams, poolSamples } from "./pool-windows.ts";

const distinct: Domain = { kind: "distinct" };
const sampled = (shape: Shape, domain?: Domain): TensorType & { domain?: Domain } => ({
  shape,
  dtype: "f32",
  ...(domain === undefined ? {} : { domain }),
});

/** Visits the first maximum, or the first NaN, of every window and channel: offset in the input, offset in the output. */
function eachMaximum(
  x: NumericArray,
  from: Shape,
  to: Shape,
  params: PoolParams,
  visit: (input: number, output: number) => void,
): void {
  const c = from[3]!;
  eachWindow(from, to, params, (output, inputs) => {
    for (let channel = 0; channel < c; channel++) {
      let best = inputs[0]! + channel;
      for (const input of inputs) {
        if (Number.isNaN(x[best]!)) break;
        const candidate = x[input + channel]!;
        if (candidate > x[best]! || Number.isNaN(candidate)) best = input + channel;
      }
      visit(best, output + channel);
    }
  });
}

/** Largest pixel of each window; padding never wins. */
export const maxPool2dOp: Op<PoolParams> = defineOp<PoolParams>({
  name: "maxPool2d",
  infer: ([x], params) => {
    const dtype = checkDTypes("maxPool2d", [x!], ["f32"]);
    return [{ shape: pooledShape("maxPool2d", x!, params), dtype }];
  },
  kernel: { family: "maxPool2d" },
  flops: (_, [y], { size }) => sizeOf(y!.shape) * size[0] * size[1],
  reference: ({ inputs: [x], outputs: [y], inputTypes: [from], outputTypes: [to], params }) =>
    eachMaximum(x!, from!.shape, to!.shape, params, (input, output) => {
      y![output] = x![input]!;
    }),
  vjp: ({ g: [g], inputs: [x], params }) => [apply1(maxPool2dGradientOp, [x!, g!], params)],
  batch: rowByRow((inputs, params) => apply1(maxPool2dOp, inputs, params)),
  samples: () => poolSamples.map(({ x, params }) => ({ inputs: [sampled(x, distinct)], params })),
});

/** [x, g] → g added at the first maximum of each window of x. */
export const maxPool2dGradientOp: Op<PoolParams> = defineOp<PoolParams>({
  name: "maxPool2dGradient",
  infer: ([x, g], params) => {
    const dtype = checkDTypes("maxPool2dGradient", [x!, g!], ["f32"]);
    checkImplied("maxPool2dGradient", "g", g!.shape, pooledShape("maxPool2dGradient", x!, params));
    return [{ shape: x!.shape, dtype }];
  },
  kernel: { family: "maxPool2dGradient" },
  flops: ([, g], _, { size }) => sizeOf(g!.shape) * size[0] * size[1],
  reference: ({ inputs: [x, g], outputs: [dx], inputTypes: [from, to], params }) =>
    accumulate(dx!, (sums) =>
      eachMaximum(x!, from!.shape, to!.shape, params, (input, output) => {
        sums[input]! += g![output]!;
      }),
    ),
  vjp: ({ g: [t], inputs: [x], params }) => [null, apply1(maxPool2dGatherOp, [x!, t!], params)],
  batch: rowByRow((inputs, params) => apply1(maxPool2dGradientOp, inputs, params)),
  linear: [1],
  samples: () => poolSamples.map(({ x, y, params }) => ({ inputs: [sampled(x, distinct), sampled(y)], params })),
});

/** [x, t] → t at the first maximum of each window of x: the transpose of the gradient. */
export const maxPool2dGatherOp: Op<PoolParams> = defineOp<PoolParams>({
  name: "maxPool2dGather",
  infer: ([x, t], params) => {
    const dtype = checkDTypes("maxPool2dGather", [x!, t!], ["f32"]);
    checkImplied("maxPool2dGather", "t", t!.shape, x!.shape);
    return [{ shape: pooledShape("maxPool2dGather", x!, params), dtype }];
  },
  kernel: { family: "maxPool2dGather" },
  flops: (_, [y], { size }) => sizeOf(y!.shape) * size[0] * size[1],
  reference: ({ inputs: [x, t], outputs: [y], inputTypes: [from], outputTypes: [to], params }) =>
    eachMaximum(x!, from!.shape, to!.shape, params, (input, output) => {
      y![output] = t![input]!;
    }),
  vjp: ({ g: [g], inputs: [x], params }) => [null, apply1(maxPool2dGradientOp, [x!, g!], params)],
  batch: rowByRow((inputs, params) => apply1(maxPool2dGatherOp, inputs, params)),
  linear: [1],
  samples: () => poolSamples.map(({ x, params }) => ({ inputs: [sampled(x, distinct), sampled(x)], params })),
});

const checkMaxPool2d = parameters(
  "maxPool2d",
  { x: kind.tensor },
  { size: required(kind.pair), stride: kind.pair, padding: kind.padding },
);

/**
 * Largest pixel of each window, channel by channel; NaN if one of its pixels is. Padding never wins. The first largest pixel in
 * row-major order takes the gradient, as in PyTorch; of nothing but −∞ the first, and the first NaN where there is one.
 *
 * @param x - images `(n, h, w, c)`, f32.
 * @returns `(n, oh, ow, c)`, oh = ⌊(h + top + bottom − size)/stride⌋ + 1.
 * @throws ShapeError if no window fits, or a side of the padding is not smaller than the window.
 * @example
 * ```ts
 * import { arange, evaluateReference, maxPool2d, reshape } from "deconfound";
 * const image = reshape(arange(16), [1, 4, 4, 1]);
 * console.log(String(await evaluateReference(maxPool2d(image, { size: 2 })).data())); // 5,7,13,15
 * ```
 */
export function maxPool2d(x: AnyTensor, options: PoolOptions): Tensor;
export function maxPool2d(x: AnyTensor, options: PoolOptions): AnyTensor {
  checkMaxPool2d(arguments);
  return apply1(maxPool2dOp, [x], poolParams("maxPool2d", x, options));
}
