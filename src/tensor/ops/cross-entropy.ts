import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { arange, oneHot } from "./creation.ts";
import { equal, exp, mul, sub } from "./elementwise.ts";
import { checkIndices } from "./indices.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { checkDTypes } from "./operand.ts";
import { expandDims } from "./reshape.ts";
import { where } from "./select.ts";
import { logSoftmax } from "./softmax.ts";

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
    const columns = arange(logits!.shape[1]!, { dtype: "i32" });
    const chosen = equal(expandDims(labels!, { axis: 1 }), columns); // (n, k)
    return [sub(logSumExp(logits!, { axis: 1 }), sum(where(chosen, logits!, 0), { axis: 1 }))];
  },
  vjp: ({ g: [g], inputs: [logits, labels] }) => {
    const probabilities = exp(logSoftmax(logits!, { axis: 1 }));
    const surplus = sub(probabilities, oneHot(labels!, { classes: logits!.shape[1]! }));
    return [mul(expandDims(g!, { axis: 1 }), surplus), null];
  },
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
 * Cross entropy of softmax(logits) against the right classes, one loss an example, in nats. Stable for any finite logits.
 *
 *     ℓ = ln Σ exp(logits) − logits[label];   dℓ/dlogits = softmax(logits) − oneHot(label)
 *
 * @param logits - `(n, k)`, f32.
 * @param labels - `(n)`, i32, 0 … k−1. No gradient. One outside throws when the labels are known on the host; when not, it
 * chooses no class and its logit counts as 0.
 * @returns `(n)`, ≥ 0.
 * @throws ShapeError if the sizes do not fit, DTypeError if labels are not i32.
 */
export function softmaxCrossEntropy(logits: AnyTensor, labels: AnyTensor): Tensor;
export function softmaxCrossEntropy(logits: AnyTensor, labels: AnyTensor): AnyTensor {
  checkSoftmaxCrossEntropy(arguments);
  const loss = apply1(softmaxCrossEntropyOp, [logits, labels], null);
  checkIndices("softmaxCrossEntropy", labels, logits.shape[1]!);
  return loss;
}
