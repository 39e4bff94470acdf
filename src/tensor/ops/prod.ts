import { nextAxes } from "../batch-rule.ts";
import type { Op } from "../op.ts";
import { defineOp } from "../op.ts";
import { sizeOf } from "../shape.ts";
import type { AnyTensor } from "../tensor.ts";
import type { ReduceParams } from "./broadcast.ts";
import { reducedShape, reduceSamples, reduction } from "./broadcast.ts";
import { full } from "./creation.ts";
import { mul } from "./elementwise.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import { pad } from "./pad.ts";
import { reshape } from "./reshape.ts";
import type { Reduction } from "./signatures.ts";
import { slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

/** Multiplies the halves of the last axis until one element is left: a tree of products, so zeros need no division. */
function halve(x: AnyTensor): AnyTensor {
  let rest = x;
  while (rest.shape[1]! > 1) {
    const half = Math.ceil(rest.shape[1]! / 2);
    const right = slice(rest, { axis: 1, start: half });
    const missing = half - right.shape[1]!;
    const padded = pad(right, {
      padding: [
        [0, 0],
        [0, missing],
      ],
      value: 1,
    });
    rest = mul(slice(rest, { axis: 1, stop: half }), padded);
  }
  return rest;
}

/** A fused record: forward by the reduction kernel, every derivative from the tree of products, right with any number of zeros. */
export const prodOp: Op<ReduceParams> = defineOp<ReduceParams>({
  name: "prod",
  infer: ([x], { axes }) => {
    const dtype = checkDTypes("prod", [x!], ["f32", "i32", "u32"]);
    checkAxes("prod", x!, axes);
    return [{ shape: reducedShape(x!.shape, axes), dtype }];
  },
  kernel: { family: "reduce", combine: "mul" },
  expand: ([x], { axes }) => {
    const shape = reducedShape(x!.shape, axes);
    const count = sizeOf(axes.map((axis) => x!.shape[axis]!));
    if (count === 0) return [full(shape, 1, { dtype: x!.dtype })];
    const kept = x!.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const rows = reshape(transpose(x!, { axes: [...kept, ...axes] }), [sizeOf(shape), count]);
    return [reshape(halve(rows), shape)];
  },
  batch: nextAxes,
  samples: () => [...reduceSamples(), { inputs: [{ shape: [2, 9], dtype: "f32" }], params: { axes: [1] } }],
});

/**
 * Π over the axes. Integers wrap. An empty product is 1. Right and differentiable, to any order, where elements are 0.
 * @example
 * ```ts
 * import { evaluateReference, prod, tensor } from "deconfound";
 * console.log(String(await evaluateReference(prod(tensor([[1, 2], [3, 4]]), { axis: 1 })).data())); // 2,12
 * ```
 */
export const prod: Reduction = reduction(prodOp);
