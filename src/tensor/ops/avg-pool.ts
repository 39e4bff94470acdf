import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { accumulate } from "./accumulate.ts";
import { sum } from "./broadcast.ts";
import { checkImplied, checkRank } from "./conv-geometry.ts";
import { mul } from "./elementwise.ts";
import { rowByRow } from "./fold-batch.ts";
import { checkDTypes } from "./operand.ts";
import type { PoolOptions, PoolParams } from "./pool-windows.ts";
import { eachWindow, pooledShape, poolParams, poolSamples } from "./pool-windows.ts";

/** `inputShape`: (n,h,w,c), which stride and padding leave open. */
interface AvgPoolGradientParams extends PoolParams {
  readonly inputShape: Shape;
}

/** Sum of each window over size[0]·size[1]. */
export const avgPool2dOp: Op<PoolParams> = defineOp<PoolParams>({
  name: "avgPool2d",
  infer: ([x], params) => {
    const dtype = checkDTypes("avgPool2d", [x!], ["f32"]);
    return [{ shape: pooledShape("avgPool2d", x!, params), dtype }];
  },
  kernel: { family: "avgPool2d" },
  flops: (_, [y], { size }) => sizeOf(y!.shape) * size[0] * size[1],
  reference: ({ inputs: [x], outputs: [y], inputTypes: [from], outputTypes: [to], params }) => {
    const [c, area] = [from!.shape[3]!, params.size[0] * params.size[1]];
    eachWindow(from!.shape, to!.shape, params, (output, inputs) => {
      for (let channel = 0; channel < c; channel++) {
        let total = 0;
        for (const input of inputs) total += x![input + channel]!;
        y![output + channel] = total / area;
      }
    });
  },
  vjp: ({ g: [g], inputs: [x], params }) => [apply1(avgPool2dGradientOp, [g!], { ...params, inputShape: x!.shape })],
  batch: rowByRow((inputs, params) => apply1(avgPool2dOp, inputs, params)),
  linear: [0],
  samples: () => poolSamples.map(({ x, params }) => ({ inputs: [{ shape: x, dtype: "f32" }], params })),
});

/** The transpose of avgPool2d: g → (n,h,w,c). */
export const avgPool2dGradientOp: Op<AvgPoolGradientParams> = defineOp<AvgPoolGradientParams>({
  name: "avgPool2dGradient",
  infer: ([g], params) => {
    const dtype = checkDTypes("avgPool2dGradient", [g!], ["f32"]);
    const x = { shape: params.inputShape, dtype };
    checkImplied("avgPool2dGradient", "g", g!.shape, pooledShape("avgPool2dGradient", x, params));
    return [x];
  },
  kernel: { family: "avgPool2dGradient" },
  flops: ([g], _, { size }) => sizeOf(g!.shape) * size[0] * size[1],
  reference: ({ inputs: [g], outputs: [dx], inputTypes: [to], outputTypes: [from], params }) => {
    const [c, area] = [from!.shape[3]!, params.size[0] * params.size[1]];
    accumulate(dx!, (sums) =>
      eachWindow(from!.shape, to!.shape, params, (output, inputs) => {
        for (const input of inputs) {
          for (let channel = 0; channel < c; channel++) sums[input + channel]! += g![output + channel]! / area;
        }
      }),
    );
  },
  vjp: ({ g: [t], params: { inputShape: _, ...params } }) => [apply1(avgPool2dOp, [t!], params)],
  batch: rowByRow(
    (inputs, params) => apply1(avgPool2dGradientOp, inputs, params),
    ({ inputShape: [n, ...rest], ...params }, size) => ({ ...params, inputShape: [size * n!, ...rest] }),
  ),
  linear: [0],
  samples: () =>
    poolSamples.map(({ x, y, params }) => ({
      inputs: [{ shape: y, dtype: "f32" }],
      params: { ...params, inputShape: x },
    })),
});

const checkAvgPool2d = parameters(
  "avgPool2d",
  { x: kind.tensor },
  { size: required(kind.pair), stride: kind.pair, padding: kind.padding },
);

/**
 * Mean of each window, channel by channel. Padding counts as zeros, in the divisor too: PyTorch's default
 * (`count_include_pad=True`).
 *
 * @param x - images `(n, h, w, c)`, f32.
 * @returns `(n, oh, ow, c)`, oh = ⌊(h + top + bottom − size)/stride⌋ + 1.
 * @throws ShapeError if no window fits, or a side of the padding is not smaller than the window.
 * @example
 * ```ts
 * import { arange, avgPool2d, evaluateReference, reshape } from "deconfound";
 * const image = reshape(arange(16), [1, 4, 4, 1]);
 * console.log(String(await evaluateReference(avgPool2d(image, { size: 2 })).data())); // 2.5,4.5,10.5,12.5
 * ```
 */
export function avgPool2d(x: AnyTensor, options: PoolOptions): Tensor;
export function avgPool2d(x: AnyTensor, options: PoolOptions): AnyTensor {
  checkAvgPool2d(arguments);
  return apply1(avgPool2dOp, [x], poolParams("avgPool2d", x, options));
}

const checkGlobalAvgPool2d = parameters("globalAvgPool2d", { x: kind.tensor });

/**
 * Mean over height and width: (n, h, w, c) → (n, c).
 *
 * @throws ShapeError if `x` is not a batch of images, or has no pixels.
 * @example
 * ```ts
 * import { arange, evaluateReference, globalAvgPool2d, reshape } from "deconfound";
 * const image = reshape(arange(16), [1, 4, 4, 1]);
 * console.log(String(await evaluateReference(globalAvgPool2d(image)).data())); // 7.5
 * ```
 */
export function globalAvgPool2d(x: AnyTensor): Tensor;
export function globalAvgPool2d(x: AnyTensor): AnyTensor {
  checkGlobalAvgPool2d(arguments);
  checkRank("globalAvgPool2d", "x", x.shape, ["n", "h", "w", "c"]);
  const pixels = x.shape[1]! * x.shape[2]!;
  if (pixels === 0) throw new ShapeError("globalAvgPool2d: the images have no pixel", [], captureSite());
  return mul(sum(x, { axis: [1, 2] }), 1 / pixels);
}
