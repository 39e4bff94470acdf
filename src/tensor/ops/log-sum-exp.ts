import type { Op } from "../op.ts";
import { defineOp } from "../op.ts";
import type { AnyTensor } from "../tensor.ts";
import type { ReduceParams } from "./broadcast.ts";
import { reducedShape, reduceSamples, reduction, reductionParameters, sum } from "./broadcast.ts";
import { add, exp, isFinite, log, mul, sub } from "./elementwise.ts";
import { max } from "./extremum.ts";
import { countOver } from "./mean.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import type { ReduceOptions, Reduction } from "./signatures.ts";

/** x where it is finite, else 0: a shift that −∞ cannot turn into NaN. */
const finiteShift = (x: AnyTensor): AnyTensor => where(isFinite(x), x, 0);

const keep = (y: AnyTensor, x: AnyTensor, { axes }: ReduceParams): AnyTensor =>
  reshape(
    y,
    x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
  );

export const logSumExpOp: Op<ReduceParams> = defineOp<ReduceParams>({
  name: "logSumExp",
  infer: ([x], { axes }) => {
    const dtype = checkDTypes("logSumExp", [x!], ["f32"]);
    checkAxes("logSumExp", x!, axes);
    return [{ shape: reducedShape(x!.shape, axes), dtype }];
  },
  expand: ([x], { axes }) => {
    if (axes.some((axis) => x!.shape[axis] === 0)) return [log(sum(exp(x!), { axis: axes }))];
    const shift = finiteShift(max(x!, { axis: axes, keepDims: true }));
    const total = sum(exp(sub(x!, shift)), { axis: axes });
    return [add(log(total), reshape(shift, total.shape))];
  },
  vjp: ({ g: [g], inputs: [x], outputs: [y], params }) => [
    mul(keep(g!, x!, params), exp(sub(x!, finiteShift(keep(y!, x!, params))))),
  ],
  samples: () => reduceSamples({ kind: "distinct" }),
});

/**
 * ln Σ eˣ over the axes, without overflow. −∞ counts as nothing: a sum of nothing but −∞ (or of no elements) is −∞, with gradient 0.
 * Gradient: softmax.
 */
export const logSumExp: Reduction = reduction(logSumExpOp);

const checkLogMeanExp = reductionParameters("logMeanExp");

/** ln (Σ eˣ / n) over the axes, without overflow. @throws ShapeError over an empty axis. */
export const logMeanExp: Reduction = function logMeanExp(x: AnyTensor, options?: ReduceOptions): AnyTensor {
  checkLogMeanExp(arguments);
  const count = countOver("logMeanExp", x, options);
  return sub(logSumExp(x, options), Math.log(count));
} as Reduction;
