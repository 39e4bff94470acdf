import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { accumulate } from "./accumulate.ts";
import type { ConvParams, Padding, Pair } from "./conv-geometry.ts";
import { checkImplied, checkRank, convFlops, outputSize, pairOf, sidesOf } from "./conv-geometry.ts";
import { convolveForward, convolveInputGradient, convolveWeightGradient } from "./conv-loops.ts";
import { convSamples } from "./conv-samples.ts";
import { foldRows, groupPerCall, unfoldRows } from "./fold-batch.ts";
import { checkDTypes } from "./operand.ts";
import type { Convolved, Convolves } from "./signatures.ts";

/** `inputShape`: (n,h,w,c), which stride and padding leave open. */
interface ConvInputGradientParams extends ConvParams {
  readonly inputShape: Shape;
}

/** `weightShape`: (kh,kw,c/groups,k), which stride and padding leave open. */
interface ConvWeightGradientParams extends ConvParams {
  readonly weightShape: Shape;
}

const imageAxes = ["n", "h", "w", "c"];
const kernelAxes = ["kh", "kw", "c/groups", "k"];

/** The shape of x ∗ w. @throws ShapeError if channels disagree or no window fits. */
function convShape(op: string, x: TensorType, w: TensorType, params: ConvParams): Shape {
  checkRank(op, "x", x.shape, imageAxes);
  checkRank(op, "w", w.shape, kernelAxes);
  const { groups } = params;
  const [n, height, width, c] = x.shape as [number, number, number, number];
  const [kh, kw, depth, k] = w.shape as [number, number, number, number];
  const got = `x  ${formatType(x)}   w  ${formatType(w)}   groups ${groups}   expects (n,h,w,c) ∗ (kh,kw,c/groups,k)`;
  if (depth * groups !== c) {
    throw new ShapeError(`${op}: x has ${c} channels, w takes ${depth} × ${groups} groups`, [got], captureSite());
  }
  if (k % groups !== 0) {
    throw new ShapeError(`${op}: ${k} output channels do not split into ${groups} groups`, [got], captureSite());
  }
  return [n, ...outputSize(op, [height, width], [kh, kw], params), k];
}

/** (n,h,w,c) ∗ (kh,kw,c/groups,k) → (n,oh,ow,k), a cross-correlation as in every network library. */
export const conv2dOp: Op<ConvParams> = defineOp<ConvParams>({
  name: "conv2d",
  infer: ([x, w], params) => {
    const dtype = checkDTypes("conv2d", [x!, w!], ["f32"]);
    return [{ shape: convShape("conv2d", x!, w!, params), dtype }];
  },
  kernel: { family: "conv2d" },
  flops: ([, w], [y]) => convFlops(w!.shape, y!.shape),
  reference: ({ inputs: [x, w], outputs: [y], inputTypes: [tx, tw], outputTypes: [ty], params, precision }) => {
    const shapes = { x: tx!.shape, w: tw!.shape, y: ty!.shape };
    convolveForward({ x: x!, w: w!, y: y!, shapes, params, precision });
  },
  vjp: ({ g: [g], inputs: [x, w], params }) => [
    convInputGradient(g!, w!, { ...params, inputShape: x!.shape }),
    convWeightGradient(x!, g!, { ...params, weightShape: w!.shape }),
  ],
  batch: {
    outputs: (call) =>
      call.batched[1]
        ? groupPerCall(call, conv2dOp)
        : [unfoldRows(apply1(conv2dOp, [foldRows(call.inputs[0]!), call.inputs[1]!], call.params), call.size)],
  },
  linear: [0],
  samples: () =>
    convSamples.map(({ x, w, params }) => ({
      inputs: [
        { shape: x, dtype: "f32" },
        { shape: w, dtype: "f32" },
      ],
      params,
    })),
});

/** The transpose of conv2d in x: (g, w) → (n,h,w,c). */
export const conv2dInputGradientOp: Op<ConvInputGradientParams> = defineOp<ConvInputGradientParams>({
  name: "conv2dInputGradient",
  infer: ([g, w], params) => {
    const dtype = checkDTypes("conv2dInputGradient", [g!, w!], ["f32"]);
    const x: TensorType = { shape: params.inputShape, dtype };
    checkImplied("conv2dInputGradient", "g", g!.shape, convShape("conv2dInputGradient", x, w!, params));
    return [x];
  },
  kernel: { family: "conv2dInputGradient" },
  flops: ([g, w]) => convFlops(w!.shape, g!.shape),
  reference: ({ inputs: [g, w], outputs: [x], inputTypes: [tg, tw], outputTypes: [tx], params, precision }) => {
    const shapes = { x: tx!.shape, w: tw!.shape, y: tg!.shape };
    convolveInputGradient({ x: x!, w: w!, y: g!, shapes, params, precision });
  },
  vjp: ({ g: [t], inputs: [g, w], params: { inputShape: _, ...params } }) => [
    apply1(conv2dOp, [t!, w!], params),
    convWeightGradient(t!, g!, { ...params, weightShape: w!.shape }),
  ],
  batch: {
    outputs: (call) => {
      const {
        inputs: [g, w],
        batched,
        size,
        params,
      } = call;
      const [n, height, width, c] = params.inputShape as [number, number, number, number];
      if (batched[1]) return groupPerCall(call, conv2dInputGradientOp, { inputShape: [n, height, width, size * c] });
      return [
        unfoldRows(convInputGradient(foldRows(g!), w!, { ...params, inputShape: [size * n, height, width, c] }), size),
      ];
    },
  },
  linear: [0],
  samples: () =>
    convSamples.map(({ x, w, y, params }) => ({
      inputs: [
        { shape: y, dtype: "f32" },
        { shape: w, dtype: "f32" },
      ],
      params: { ...params, inputShape: x },
    })),
});

/** The transpose of conv2d in w: (x, g) → (kh,kw,c/groups,k). */
export const conv2dWeightGradientOp: Op<ConvWeightGradientParams> = defineOp<ConvWeightGradientParams>({
  name: "conv2dWeightGradient",
  infer: ([x, g], params) => {
    const dtype = checkDTypes("conv2dWeightGradient", [x!, g!], ["f32"]);
    const w: TensorType = { shape: params.weightShape, dtype };
    checkImplied("conv2dWeightGradient", "g", g!.shape, convShape("conv2dWeightGradient", x!, w, params));
    return [w];
  },
  kernel: { family: "conv2dWeightGradient" },
  flops: ([, g], [w]) => convFlops(w!.shape, g!.shape),
  reference: ({ inputs: [x, g], outputs: [w], inputTypes: [tx, tg], outputTypes: [tw], params, precision }) => {
    const shapes = { x: tx!.shape, w: tw!.shape, y: tg!.shape };
    accumulate(w!, (sums) => convolveWeightGradient({ x: x!, w: sums, y: g!, shapes, params, precision }));
  },
  vjp: ({ g: [t], inputs: [x, g], params: { weightShape: _, ...params } }) => [
    convInputGradient(g!, t!, { ...params, inputShape: x!.shape }),
    apply1(conv2dOp, [x!, t!], params),
  ],
  batch: {
    outputs: (call) => {
      const [kh, kw, depth, k] = call.params.weightShape as [number, number, number, number];
      return groupPerCall(call, conv2dWeightGradientOp, { weightShape: [kh, kw, depth, call.size * k] });
    },
  },
  linear: [0],
  samples: () =>
    convSamples.map(({ x, w, y, params }) => ({
      inputs: [
        { shape: x, dtype: "f32" },
        { shape: y, dtype: "f32" },
      ],
      params: { ...params, weightShape: w },
    })),
});

/** ⟨g, conv2d(·, w)⟩ differentiated: what reaches each input pixel. */
export function convInputGradient(g: AnyTensor, w: AnyTensor, params: ConvInputGradientParams): AnyTensor {
  return apply1(conv2dInputGradientOp, [g, w], params);
}

/** ⟨g, conv2d(x, ·)⟩ differentiated: what reaches each weight. */
export function convWeightGradient(x: AnyTensor, g: AnyTensor, params: ConvWeightGradientParams): AnyTensor {
  return apply1(conv2dWeightGradientOp, [x, g], params);
}

export interface ConvOptions {
  /** Pixels between windows. @defaultValue 1 */
  readonly stride?: Pair | undefined;
  /** @defaultValue "valid" */
  readonly padding?: Padding | undefined;
  /** Pixels between taps. @defaultValue 1 */
  readonly dilation?: Pair | undefined;
  /** @defaultValue 1 */
  readonly groups?: number | undefined;
}

const checkConv2d = parameters(
  "conv2d",
  { x: kind.tensor, w: kind.tensor },
  { stride: kind.pair, padding: kind.padding, dilation: kind.pair, groups: kind.number },
);

/**
 * Two-dimensional convolution (cross-correlation) of images.
 *
 *     y[n,r,q,o] = Σ x[n, r·s − top + i·d, q·s − left + j·d, c] · w[i,j,c,o]
 *
 * @param x - images `(n, h, w, c)`, f32.
 * @param w - kernels `(kh, kw, c/groups, k)`, f32. Output channel `o` reads the input channels of its group.
 * @returns `(n, oh, ow, k)`, oh = ⌊(h + top + bottom − d·(kh − 1) − 1)/s⌋ + 1.
 * @throws ShapeError if the channels disagree or no window fits.
 * @example
 * ```ts
 * import { arange, conv2d, evaluateReference, ones, reshape } from "deconfound";
 * const image = reshape(arange(9), [1, 3, 3, 1]);
 * console.log(String(await evaluateReference(conv2d(image, ones([2, 2, 1, 1]))).data())); // 8,12,20,24
 * ```
 */
export function conv2d<X extends AnyTensor, W extends AnyTensor, O extends ConvOptions = Record<never, never>>(
  x: X,
  w: W & Convolves<X, W, O>,
  options: O = {} as O,
): Convolved<X, W, O> {
  checkConv2d(arguments);
  checkRank("conv2d", "x", x.shape, imageAxes);
  checkRank("conv2d", "w", w.shape, kernelAxes);
  const stride = pairOf("conv2d", "stride", options.stride ?? 1, 1);
  const dilation = pairOf("conv2d", "dilation", options.dilation ?? 1, 1);
  const [groups] = pairOf("conv2d", "groups", options.groups ?? 1, 1);
  const size = [x.shape[1]!, x.shape[2]!] as const;
  const kernel = [w.shape[0]!, w.shape[1]!] as const;
  const padding = sidesOf("conv2d", options.padding ?? "valid", size, kernel, stride, dilation);
  return apply1(conv2dOp, [x, w], { stride, padding, dilation, groups }) as Convolved<X, W, O>;
}
