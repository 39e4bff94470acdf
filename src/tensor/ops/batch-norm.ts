import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import { formatShape, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor, TensorType } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { add, mul, rsqrt, sub } from "./elementwise.ts";
import { foldChannels, unfoldChannels } from "./fold-batch.ts";
import { moments } from "./moments.ts";
import { checkDTypes, checkNotEmpty, sameShapes } from "./operand.ts";

/** ε is added to the variance. */
interface BatchNormParams {
  readonly epsilon: number;
}

/** All axes but the last. */
const leadingAxes = (x: TensorType): number[] => x.shape.slice(0, -1).map((_, axis) => axis);

/** Elements per channel. */
const countOf = (x: TensorType): number => sizeOf(x.shape.slice(0, -1));

function checkChannels(op: string, x: TensorType, names: readonly string[], vectors: readonly TensorType[]): void {
  if (x.shape.length === 0) {
    throw new ShapeError(`${op}: x has rank 0`, ["expects (…, c)"], captureSite());
  }
  const c = x.shape[x.shape.length - 1]!;
  checkNotEmpty(op, x, leadingAxes(x));
  vectors.forEach((vector, i) => {
    if (vector.shape.length === 1 && vector.shape[0] === c) return;
    throw new ShapeError(
      `${op}: ${names[i]} is ${formatShape(vector.shape)}, x has ${c} channels`,
      [`got x ${formatShape(x.shape)}`, `expects ${names[i]} [${c}]`],
      captureSite(),
    );
  });
}

const sampleShapes = [
  [6, 3],
  [2, 3, 4, 5],
  [4, 1, 1, 8],
  [5, 1],
];

/** (x − μ)/√(σ² + ε)·γ + β with batch statistics: [x, γ, β] → [y, μ, σ² (biased)]. */
export const batchNormOp: Op<BatchNormParams> = defineOp<BatchNormParams>({
  name: "batchNorm",
  infer: ([x, gamma, beta]) => {
    const dtype = checkDTypes("batchNorm", [x!, gamma!, beta!], ["f32"]);
    checkChannels("batchNorm", x!, ["gamma", "beta"], [gamma!, beta!]);
    const shape = x!.shape.slice(-1);
    return [
      { shape: x!.shape, dtype },
      { shape, dtype },
      { shape, dtype },
    ];
  },
  expand: ([x, gamma, beta], { epsilon }) => {
    const { mean, variance } = moments(x!, { axis: leadingAxes(x!) });
    const factor = mul(gamma!, rsqrt(add(variance, epsilon))); // (c), before it is broadcast
    return [add(mul(sub(x!, mean), factor), beta!), mean, variance];
  },
  vjp: ({ g: [g, gMean, gVariance], inputs: [x, gamma], outputs: [, mean, variance], params }) => {
    const share = 1 / countOf(x!);
    const parts: AnyTensor[] = [];
    let dGamma: AnyTensor | null = null;
    let dBeta: AnyTensor | null = null;
    if (g) {
      const back = apply(batchNormGradientOp, [g, x!, gamma!, mean!, variance!], params);
      parts.push(back[0]!);
      dGamma = back[1]!;
      dBeta = back[2]!;
    }
    if (gMean) parts.push(mul(gMean, share));
    if (gVariance) parts.push(mul(sub(x!, mean!), mul(gVariance, 2 * share)));
    const dx = parts.length === 0 ? null : parts.reduce(add);
    return [dx, dGamma, dBeta];
  },
  batch: {
    outputs: ({ whole, size, params }) =>
      apply(batchNormOp, whole.map(foldChannels), params).map((y) => unfoldChannels(y, size)),
  },
  samples: () =>
    sampleShapes.map((shape) => ({
      inputs: [
        { shape, dtype: "f32" },
        { shape: shape.slice(-1), dtype: "f32" },
        { shape: shape.slice(-1), dtype: "f32" },
      ],
      params: { epsilon: 1e-5 },
    })),
});

/** What batchNorm's y pulls back: [g, x, γ, μ, σ²] → [dx, dγ, dβ], the statistics' share in dx included. */
export const batchNormGradientOp: Op<BatchNormParams> = defineOp<BatchNormParams>({
  name: "batchNormGradient",
  infer: ([g, x, ...vectors]) => {
    const dtype = checkDTypes("batchNormGradient", [g!, x!, ...vectors], ["f32"]);
    sameShapes("batchNormGradient", [g!, x!]);
    checkChannels("batchNormGradient", x!, ["gamma", "mean", "variance"], vectors);
    const shape = x!.shape.slice(-1);
    return [
      { shape: g!.shape, dtype },
      { shape, dtype },
      { shape, dtype },
    ];
  },
  // dx = γ·ρ·(g − Σg/N − x̂·Σ(g·x̂)/N), x̂ = (x − μ)·ρ, ρ = 1/√(σ² + ε)
  expand: ([g, x, gamma, mean, variance], { epsilon }) => {
    const share = 1 / countOf(x!);
    const axis = leadingAxes(x!);
    const scale = rsqrt(add(variance!, epsilon));
    const deviation = sub(x!, mean!);
    const dBeta = sum(g!, { axis });
    const dGamma = mul(sum(mul(g!, deviation), { axis }), scale);
    const slope = mul(mul(dGamma, scale), share); // (c)
    const centred = sub(sub(g!, mul(dBeta, share)), mul(deviation, slope));
    return [mul(centred, mul(gamma!, scale)), dGamma, dBeta];
  },
  linear: [0],
  batch: {
    outputs: ({ whole, size, params }) =>
      apply(batchNormGradientOp, whole.map(foldChannels), params).map((y) => unfoldChannels(y, size)),
  },
  samples: () =>
    sampleShapes.map((shape): Sample<BatchNormParams> => {
      const vector = { shape: shape.slice(-1), dtype: "f32" } as const;
      const variance = { ...vector, domain: { kind: "interval", from: 0.25, to: 4 } } as const;
      const full = { shape, dtype: "f32" } as const;
      return { inputs: [full, full, vector, vector, variance], params: { epsilon: 1e-5 } };
    }),
});

const checkBatchNorm = parameters(
  "batchNorm",
  { x: kind.tensor, gamma: kind.tensor, beta: kind.tensor },
  { epsilon: kind.notNegative },
);

/**
 * Batch normalisation over all axes but the last, with the statistics of this batch.
 *
 *     y = (x − μ)/√(σ² + ε)·γ + β
 *
 * @param x - `(…, c)`, f32.
 * @param gamma - γ, `(c)`, f32.
 * @param beta - β, `(c)`, f32.
 * @param options.epsilon - ε > 0. @defaultValue 1e-5
 * @returns `y (…, c)`, and `mean`, `variance` (biased), each `(c)`. Gradients flow through all three.
 * @throws ShapeError if γ or β is not `(c)`, or a channel has no elements.
 * @see Ioffe & Szegedy 2015; the conventions are PyTorch's.
 * @example
 * ```ts
 * import { batchNorm, evaluateReference, ones, tensor, zeros } from "deconfound";
 *
 * const { mean, variance } = batchNorm(tensor([[1, 2], [3, 6]]), ones([2]), zeros([2]));
 * console.log(String(await evaluateReference(mean).data())); // 2,4
 * console.log(String(await evaluateReference(variance).data())); // 1,4
 * ```
 */
export function batchNorm(
  x: AnyTensor,
  gamma: AnyTensor,
  beta: AnyTensor,
  options: { epsilon?: number | undefined } = {},
): { y: Tensor; mean: Tensor; variance: Tensor } {
  checkBatchNorm(arguments);
  const [y, mean, variance] = apply(batchNormOp, [x, gamma, beta], { epsilon: options.epsilon ?? 1e-5 }) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  return { y, mean, variance };
}
