import { nextAxes } from "../batch-rule.ts";
import type { Op } from "../op.ts";
import { defineOp } from "../op.ts";
import type { ReduceParams } from "./broadcast.ts";
import { reducedShape, reduceSamples, reduction, reductionOffsets } from "./broadcast.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import type { Reduction } from "./signatures.ts";

/** `decisive`: the value that settles the result wherever it stands. */
function logicalOp(name: "any" | "all", decisive: 0 | 1): Op<ReduceParams> {
  return defineOp<ReduceParams>({
    name,
    infer: ([x], { axes }) => {
      checkDTypes(name, [x!], ["bool"]);
      checkAxes(name, x!, axes);
      return [{ shape: reducedShape(x!.shape, axes), dtype: "bool" }];
    },
    kernel: { family: "reduce", combine: name === "any" ? "logicalOr" : "logicalAnd" },
    reference: ({ inputs: [x], outputs: [y], inputTypes: [type], params }) => {
      const { kept, reduced } = reductionOffsets(type!, params.axes);
      for (let i = 0; i < kept.length; i++) {
        const found = reduced.some((offset) => x![kept[i]! + offset] === decisive);
        y![i] = found ? decisive : 1 - decisive;
      }
    },
    vjp: null,
    batch: nextAxes,
    samples: () =>
      reduceSamples().map(({ inputs, params }) => ({
        inputs: inputs.map(({ shape }) => ({ shape, dtype: "bool" })),
        params,
      })),
  });
}

export const anyOp: Op<ReduceParams> = logicalOp("any", 1);
export const allOp: Op<ReduceParams> = logicalOp("all", 0);

/**
 * Whether any element over the axes is true; false where there are none. bool. No gradient.
 * @example
 * ```ts
 * import { any, evaluateReference, greater, tensor } from "deconfound";
 * console.log(String(await evaluateReference(any(greater(tensor([[1, 2], [3, 4]]), 2), { axis: 1 })).data())); // 0,1
 * ```
 */
export const any: Reduction = reduction(anyOp);
/**
 * Whether each element over the axes is true; true where there are none. bool. No gradient.
 * @example
 * ```ts
 * import { all, evaluateReference, greater, tensor } from "deconfound";
 * console.log(String(await evaluateReference(all(greater(tensor([[1, 2], [3, 4]]), 1), { axis: 1 })).data())); // 0,1
 * ```
 */
export const all: Reduction = reduction(allOp);
