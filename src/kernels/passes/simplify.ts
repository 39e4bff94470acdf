import { allocate } from "../../tensor/dtype.ts";
import type { Op } from "../../tensor/op.ts";
import { broadcastTo } from "../../tensor/ops/broadcast.ts";
import { scalar } from "../../tensor/ops/operand.ts";
import { evaluateScalar } from "../../tensor/scalar/evaluate.ts";
import type { AnyTensor, TensorType } from "../../tensor/tensor.ts";
import { literalValue } from "../graph/literal.ts";

/** Constant folding of literals, and x·1, x/1, x + −0, x − 0 (x + 0 is not x where x is −0). null: nothing to gain. */
export function simplify(op: Op, inputs: readonly AnyTensor[], output: TensorType): AnyTensor | null {
  if (op.scalar === undefined) return null;
  const literals = inputs.map(literalValue);
  if (literals.every((value) => value !== null)) {
    const lanes = inputs.map((input, i) => {
      const data = allocate(input.dtype, 1);
      data[0] = literals[i]!;
      return { data, dtype: input.dtype };
    });
    const [value] = evaluateScalar(op.scalar, lanes, 1, "f32");
    return broadcastTo(scalar(value!, output.dtype), output.shape);
  }
  if (op.scalar.kind !== "call" || inputs.length !== 2) return null;
  const [x, y] = inputs as [AnyTensor, AnyTensor];
  switch (op.scalar.fn) {
    case "mul":
      return literals[1] === 1 ? x : literals[0] === 1 ? y : null;
    case "add":
      return Object.is(literals[1], -0) ? x : Object.is(literals[0], -0) ? y : null;
    case "sub":
      return Object.is(literals[1], 0) ? x : null;
    case "div":
      return literals[1] === 1 ? x : null;
    default:
      return null;
  }
}
