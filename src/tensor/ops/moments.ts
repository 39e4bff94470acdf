import { nextAxes } from "../batch-rule.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { AxisOption, Shape } from "../shape.ts";
import { normalizeAxes } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import type { ReduceParams } from "./broadcast.ts";
import { broadcastTo, reducedShape, reduceSamples, reductionOffsets, sum } from "./broadcast.ts";
import { add, mul, square, sub } from "./elementwise.ts";
import { checkAxes, checkDTypes, checkNotEmpty } from "./operand.ts";
import { reshape } from "./reshape.ts";

/** Elements that go into each result. */
function countOf(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * shape[axis]!, 1);
}

/** A reduced tensor, spread over the axes that went away. */
function spread(t: AnyTensor, shape: Shape, axes: readonly number[]): AnyTensor {
  const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  return broadcastTo(reshape(t, kept), shape);
}

/** Mean and biased variance over the axes, in two passes: x → [μ, Σ(x − μ)²/N]. */
export const momentsOp: Op<ReduceParams> = defineOp<ReduceParams>({
  name: "moments",
  infer: ([x], { axes }) => {
    const dtype = checkDTypes("moments", [x!], ["f32"]);
    checkAxes("moments", x!, axes);
    checkNotEmpty("moments", x!, axes);
    const shape = reducedShape(x!.shape, axes);
    return [
      { shape, dtype },
      { shape, dtype },
    ];
  },
  expand: ([x], { axes }) => {
    const share = 1 / countOf(x!.shape, axes);
    const mean = mul(sum(x!, { axis: axes }), share);
    return [mean, mul(sum(square(sub(x!, spread(mean, x!.shape, axes))), { axis: axes }), share)];
  },
  kernel: { family: "moments" },
  reference: ({ inputs: [x], outputs: [mean, variance], inputTypes: [type], params }) => {
    const { kept, reduced } = reductionOffsets(type!, params.axes);
    for (let i = 0; i < kept.length; i++) {
      let total = 0;
      for (let k = 0; k < reduced.length; k++) total += x![kept[i]! + reduced[k]!]!;
      const centre = total / reduced.length;
      let squares = 0;
      for (let k = 0; k < reduced.length; k++) squares += (x![kept[i]! + reduced[k]!]! - centre) ** 2;
      mean![i] = centre;
      variance![i] = squares / reduced.length;
    }
  },
  // Σ(x − μ) = 0, so that the variance's path through μ vanishes
  vjp: ({ g: [gMean, gVariance], inputs: [x], outputs: [mean], params: { axes } }) => {
    const share = 1 / countOf(x!.shape, axes);
    const ofMean = gMean ? spread(mul(gMean, share), x!.shape, axes) : null;
    if (!gVariance) return [ofMean];
    const deviation = sub(x!, spread(mean!, x!.shape, axes));
    const ofVariance = mul(spread(mul(gVariance, 2 * share), x!.shape, axes), deviation);
    return [ofMean === null ? ofVariance : add(ofMean, ofVariance)];
  },
  batch: nextAxes,
  samples: () => reduceSamples(),
});

const checkMoments = parameters("moments", { x: kind.tensor }, { axis: kind.axes });

/**
 * Mean and biased variance in one reduction that does not cancel: deviations are taken from the mean, not x² from its square.
 *
 * @param x - f32, any shape.
 * @param options.axis - axes to reduce. @defaultValue all
 * @returns `{ mean, variance }`, the reduced axes gone.
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, moments, tensor } from "deconfound";
 * const { mean, variance } = moments(tensor([1, 3, 5, 7]));
 * console.log(await evaluateReference(mean).item(), await evaluateReference(variance).item()); // 4 5
 * ```
 */
export function moments(
  x: AnyTensor,
  options: { axis?: AxisOption | undefined } = {},
): { mean: Tensor; variance: Tensor } {
  checkMoments(arguments);
  const axes = normalizeAxes("moments", options.axis, x.shape.length);
  const [mean, variance] = apply(momentsOp, [x], { axes }) as [Tensor, Tensor];
  return { mean, variance };
}
