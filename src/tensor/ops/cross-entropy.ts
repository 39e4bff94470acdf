import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { arange } from "./creation.ts";
import { add, equal, exp, expm1, greaterEqual, less, log1p, logicalAnd, mul, sub } from "./elementwise.ts";
import { max } from "./extremum.ts";
import { rowByRow } from "./fold-batch.ts";
import { checkIndices } from "./indices.ts";
import { checkDTypes } from "./operand.ts";
import { expandDims } from "./reshape.ts";
import { where } from "./select.ts";

/**
 * `below` (n,k): logits − their maximum; `chosen` (n,k): the labels' places; `own` (n): below at the label; `total` (n): ln Σ exp(below),
 * as ln(1 + Σ of the others' powers + (e^own − 1)), which keeps its digits where the label's logit is the largest by far. NaN for a
 * label that is not a class.
 */
function partsOf(
  logits: AnyTensor,
  labels: AnyTensor,
): { below: AnyTensor; chosen: AnyTensor; own: AnyTensor; total: AnyTensor } {
  const classes = logits.shape[1]!;
  const largest = max(logits, { axis: 1 });
  const below = sub(logits, expandDims(largest, { axis: 1 })); // before the logarithm: exact at every size
  const chosen = equal(expandDims(labels, { axis: 1 }), arange(classes, { dtype: "i32" }));
  const own = sub(sum(where(chosen, logits, 0), { axis: 1 }), largest);
  const others = sum(where(chosen, 0, exp(below)), { axis: 1 });
  const isClass = logicalAnd(greaterEqual(labels, 0), less(labels, classes));
  return { below, chosen, own, total: where(isClass, log1p(add(others, expm1(own))), Number.NaN) };
}

/** −ln softmax(logits)[label], row by row: [(n,k), (n) i32] → (n). */
export const softmaxCrossEntropyOp: Op<null> = defineOp<null>({
  name: "softmaxCrossEntropy",
  infer: ([logits, labels]) => {
    const dtype = checkDTypes("softmaxCrossEntropy", [logits!], ["f32"]);
    checkDTypes("softmaxCrossEntropy", [labels!], ["i32"]);
    const [n, k] = logits!.shape;
    if (logits!.shape.length !== 2 || labels!.shape.length !== 1 || labels!.shape[0] !== n || k === 0) {
      throw new ShapeError(
        "softmaxCrossEntropy: logits and labels do not fit",
        [`logits  ${formatType(logits!)}   labels  ${formatType(labels!)}   expects (n,k), k ≥ 1, and (n)`],
        captureSite(),
      );
    }
    return [{ shape: [n!], dtype }];
  },
  expand: ([logits, labels]) => {
    const { own, total } = partsOf(logits!, labels!);
    return [sub(total, own)];
  },
  vjp: ({ g: [g], inputs: [logits, labels] }) => {
    const { below, chosen, total } = partsOf(logits!, labels!);
    const surplus = sub(exp(sub(below, expandDims(total, { axis: 1 }))), cast(chosen, "f32"));
    return [mul(expandDims(g!, { axis: 1 }), surplus), null];
  },
  batch: rowByRow((inputs) => apply1(softmaxCrossEntropyOp, inputs, null)),
  samples: () =>
    [
      [3, 4],
      [1, 2],
      [2, 1],
      [5, 10],
    ].map(([n, k]) => ({
      inputs: [
        { shape: [n!, k!], dtype: "f32" },
        { shape: [n!], dtype: "i32", domain: { kind: "integer", below: k! } },
      ],
      params: null,
    })),
});

const checkSoftmaxCrossEntropy = parameters("softmaxCrossEntropy", { logits: kind.tensor, labels: kind.indices });

/**
 * Cross entropy of softmax(logits) against the right classes, one loss per example, in nats. Exact to f32 for logits of any size.
 *
 *     ℓ = ln Σ exp(logits − max) − (logits[label] − max);   dℓ/dlogits = softmax(logits) − oneHot(label)
 *
 * @param logits - `(n, k)`, f32. A logit of −∞ is a class that cannot occur; a row of nothing but −∞, or with ∞ or NaN in it, gives NaN.
 * @param labels - `(n)`, i32, 0 … k−1. No gradient. One outside throws when the labels are known on the host; when not, the loss of
 * its example and the gradient of its logits are NaN.
 * @returns `(n)`, ≥ 0.
 * @throws ShapeError if the sizes do not fit, DTypeError if labels are not i32.
 * @example
 * ```ts
 * import { evaluateReference, softmaxCrossEntropy, tensor } from "deconfound";
 * const losses = softmaxCrossEntropy(tensor([[0, 0]]), tensor([1], { dtype: "i32" }));
 * console.log((await evaluateReference(losses).item()).toFixed(4)); // 0.6931
 * ```
 */
export function softmaxCrossEntropy(logits: AnyTensor, labels: AnyTensor): Tensor;
export function softmaxCrossEntropy(logits: AnyTensor, labels: AnyTensor): AnyTensor {
  checkSoftmaxCrossEntropy(arguments);
  const loss = apply1(softmaxCrossEntropyOp, [logits, labels], null);
  checkIndices("softmaxCrossEntropy", labels, logits.shape[1]!);
  return loss;
}
