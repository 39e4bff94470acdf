import { allocate } from "../../tensor/dtype.ts";
import type { Op } from "../../tensor/op.ts";
import { broadcastTo } from "../../tensor/ops/broadcast.ts";
import { equal, isFinite, isNaN, logicalOr, mul } from "../../tensor/ops/elementwise.ts";
import { scalar } from "../../tensor/ops/operand.ts";
import { where } from "../../tensor/ops/select.ts";
import { evaluateScalar } from "../../tensor/scalar/evaluate.ts";
import type { ScalarFn } from "../../tensor/scalar/table.ts";
import type { AnyTensor, TensorType } from "../../tensor/tensor.ts";
import { literalValue } from "../graph/literal.ts";

/**
 * Folds literals and choices by one, leaves x·1, x/1, x + −0, x − 0 out (x + 0 is not x where x is −0), and keeps what a driver would
 * wrongly fold. null: the node stays.
 */
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
  if (op.scalar.kind !== "call") return null;
  const { fn } = op.scalar;
  if (fn === "select") return literals[0] === null ? null : literals[0] === 0 ? inputs[2]! : inputs[1]!;
  if (inputs.length !== 2) return null;
  const [x, y] = inputs as [AnyTensor, AnyTensor];
  return withoutNeutral(fn, x, y, literals) ?? (x.dtype === "f32" ? guarded(fn, x, y, literals) : null);
}

function withoutNeutral(
  fn: ScalarFn,
  x: AnyTensor,
  y: AnyTensor,
  [a, b]: readonly (number | null)[],
): AnyTensor | null {
  switch (fn) {
    case "mul":
      return b === 1 ? x : a === 1 ? y : null;
    case "add":
      return Object.is(b, -0) ? x : Object.is(a, -0) ? y : null;
    case "sub":
      return Object.is(b, 0) ? x : null;
    case "div":
      return b === 1 ? x : null;
    default:
      return null;
  }
}

/**
 * What drivers rewrite as if all numbers were finite, told by bits instead: x − x, x + −x and 0·x are NaN of ∞ and NaN, 0/x is NaN at 0.
 * x/0 is x·∞.
 */
function guarded(fn: ScalarFn, x: AnyTensor, y: AnyTensor, [a, b]: readonly (number | null)[]): AnyTensor | null {
  const zeroOf = (z: AnyTensor): AnyTensor => where(isFinite(z), broadcastTo(scalar(0, "f32"), z.shape), Number.NaN);
  switch (fn) {
    case "mul":
      return a === 0 ? zeroOf(y) : b === 0 ? zeroOf(x) : null;
    case "add":
      return isNegative(x, y) || isNegative(y, x) ? zeroOf(x) : null;
    case "sub":
      return isSame(x, y) ? zeroOf(x) : null;
    case "div":
      if (b === 0) return mul(x, 1 / b);
      return a === 0
        ? where(logicalOr(isNaN(y), equal(y, 0)), Number.NaN, broadcastTo(scalar(0, "f32"), y.shape))
        : null;
    default:
      return null;
  }
}

const isSame = (x: AnyTensor, y: AnyTensor): boolean => x.node === y.node && x.index === y.index;

/** True if x is −y. */
function isNegative(x: AnyTensor, y: AnyTensor): boolean {
  const expr = (x.node.op as unknown as Op | undefined)?.scalar;
  return expr?.kind === "call" && expr.fn === "neg" && isSame(x.node.inputs[0]!, y);
}
