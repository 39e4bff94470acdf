import { DTypeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import { arg, call } from "../scalar/expression.ts";
import { broadcastShapes } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { asTensors, checkDTypes, sameShapes } from "./operand.ts";
import type { Beside, Operand, Selected } from "./signatures.ts";

export const selectOp: Op<null> = defineOp<null>({
  name: "where",
  infer: ([condition, a, b]) => {
    if (condition!.dtype !== "bool") {
      throw new DTypeError(
        `where: the condition is ${formatType(condition!)}, not bool`,
        ["compare first: greater(x, 0)"],
        captureSite(),
      );
    }
    const dtype = checkDTypes("where", [a!, b!], ["f32", "i32", "u32", "bool"]);
    return [{ shape: sameShapes("where", [condition!, a!, b!]).shape, dtype }];
  },
  scalar: call("select", arg(0), arg(1), arg(2)),
  linear: [1, 2],
  samples: () =>
    [[5], [2, 3]].map((shape) => ({
      inputs: [
        { shape, dtype: "bool" },
        { shape, dtype: "f32" },
        { shape, dtype: "f32" },
      ],
      params: null,
    })),
});

const checkWhere = parameters("where", { condition: kind.tensor, a: kind.operand, b: kind.operand });

/**
 * `a` where the condition holds, else `b`, broadcast. The branch not taken gets gradient zero, but both are computed:
 * guard the argument, not the result, of a function with poles.
 *
 * @param condition - bool. No gradient.
 * @throws DTypeError if the condition is not bool or the branches differ.
 * @example
 * ```ts
 * import { evaluateReference, greater, tensor, where } from "deconfound";
 * const x = tensor([1, 2, 3, 4]);
 * console.log(String(await evaluateReference(where(greater(x, 2), x, 0)).data())); // 0,0,3,4
 * ```
 */
export function where<C extends AnyTensor, A extends Operand, B extends Operand>(
  condition: C,
  a: A,
  b: B & Beside<A, B>,
): Selected<C, A, B> {
  checkWhere(arguments);
  const [x, y] = asTensors([a, b]) as [AnyTensor, AnyTensor];
  const shape = broadcastShapes("where", condition.shape, x.shape, y.shape);
  return apply1(
    selectOp,
    [condition, x, y].map((t) => broadcastTo(t, shape)),
    null,
  ) as Selected<C, A, B>;
}
