import { nextAxis } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { div, exp, mul, sub } from "./elementwise.ts";
import { max } from "./extremum.ts";
import { logTotal } from "./log-sum-exp.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import type { Float } from "./signatures.ts";

interface SoftmaxParams {
  readonly axis: number;
}

const samples = (): Sample<SoftmaxParams>[] => [
  { inputs: [{ shape: [3, 5], dtype: "f32", domain: { kind: "distinct" } }], params: { axis: 1 } },
  { inputs: [{ shape: [2, 4, 3], dtype: "f32", domain: { kind: "distinct" } }], params: { axis: 1 } },
  { inputs: [{ shape: [1], dtype: "f32" }], params: { axis: 0 } },
  { inputs: [{ shape: [0, 3], dtype: "f32" }], params: { axis: 1 } },
];

const infer =
  (name: string): Op<SoftmaxParams>["infer"] =>
  ([x], { axis }) => {
    checkDTypes(name, [x!], ["f32"]);
    checkAxes(name, x!, [axis]);
    return [{ shape: x!.shape, dtype: "f32" }];
  };

export const softmaxOp: Op<SoftmaxParams> = defineOp<SoftmaxParams>({
  name: "softmax",
  infer: infer("softmax"),
  expand: ([x], { axis }) => {
    if (x!.shape[axis] === 0) return [x!];
    const powers = exp(sub(x!, max(x!, { axis, keepDims: true })));
    return [div(powers, sum(powers, { axis, keepDims: true }))];
  },
  vjp: ({ g: [g], outputs: [y], params: { axis } }) => [mul(y!, sub(g!, sum(mul(g!, y!), { axis, keepDims: true })))],
  batch: nextAxis,
  samples,
});

export const logSoftmaxOp: Op<SoftmaxParams> = defineOp<SoftmaxParams>({
  name: "logSoftmax",
  infer: infer("logSoftmax"),
  // x − max before the logarithm: x − ln Σeˣ loses all digits of ln Σ where |x| is large
  expand: ([x], { axis }) => {
    if (x!.shape[axis] === 0) return [x!];
    const below = sub(x!, max(x!, { axis, keepDims: true }));
    return [sub(below, logTotal(below, { axis, keepDims: true }))];
  },
  vjp: ({ g: [g], outputs: [y], params: { axis } }) => [sub(g!, mul(exp(y!), sum(g!, { axis, keepDims: true })))],
  batch: nextAxis,
  samples,
});

const checkSoftmax = parameters("softmax", { x: kind.tensor }, { axis: kind.axis });

/**
 * eˣ/Σeˣ along an axis, without overflow. f32. A slice of nothing but −∞, or with ∞ or NaN in it, gives NaN. @defaultValue axis −1
 * @example
 * ```ts
 * import { evaluateReference, softmax, tensor } from "deconfound";
 * console.log(String(await evaluateReference(softmax(tensor([1000, 1000]))).data())); // 0.5,0.5
 * ```
 */
export function softmax<S extends Shape, D extends DType>(
  x: Float<S, D>,
  options?: { axis?: number | undefined },
): Tensor<S>;
export function softmax(x: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkSoftmax(arguments);
  return apply1(softmaxOp, [x], { axis: normalizeAxis("softmax", options.axis ?? -1, x.shape.length) });
}

const checkLogSoftmax = parameters("logSoftmax", { x: kind.tensor }, { axis: kind.axis });

/**
 * x − ln Σeˣ along an axis, computed as (x − max) − ln Σ exp(x − max): exact to f32 at every size of x. f32. A slice of nothing but −∞,
 * or with ∞ or NaN in it, gives NaN. @defaultValue axis −1
 * @example
 * ```ts
 * import { evaluateReference, logSoftmax, tensor } from "deconfound";
 * const y = await evaluateReference(logSoftmax(tensor([1000, 1000]))).data();
 * console.log(y[0]!.toFixed(4), y[1]!.toFixed(4)); // -0.6931 -0.6931
 * ```
 */
export function logSoftmax<S extends Shape, D extends DType>(
  x: Float<S, D>,
  options?: { axis?: number | undefined },
): Tensor<S>;
export function logSoftmax(x: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkLogSoftmax(arguments);
  return apply1(logSoftmaxOp, [x], { axis: normalizeAxis("logSoftmax", options.axis ?? -1, x.shape.length) });
}
