import type { AnyOp, Cotangents, Op, VjpCall } from "../op.ts";
import { apply1 } from "../op.ts";
import { differentiate } from "../scalar/differentiate.ts";
import { fold } from "../scalar/expression.ts";
import type { ScalarFn } from "../scalar/table.ts";
import { broadcastShapes } from "../shape.ts";
import type { AnyTensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { mul } from "./elementwise.ts";
import { elementwiseOps } from "./elementwise-records.ts";
import { asTensors } from "./operand.ts";
import { where } from "./select.ts";
import type { Operand } from "./signatures.ts";

/** Applies the primitive scalar function `fn` to tensors and numbers. */
function applyScalar(fn: ScalarFn, args: readonly Operand[]): AnyTensor {
  if (fn === "select") return where(args[0] as AnyTensor, args[1]!, args[2]!);
  const tensors = asTensors(args);
  const shape = broadcastShapes(fn, ...tensors.map((t) => t.shape));
  return apply1(
    elementwiseOps[fn],
    tensors.map((t) => broadcastTo(t, shape)),
    null,
  );
}

/** The VJP of an elementwise op: g times the derivative of its scalar expression, written in ops. */
export function scalarVjp(op: AnyOp, { g: [g], inputs }: VjpCall<unknown>): Cotangents {
  const expr = (op as unknown as Op).scalar!;
  return inputs.map((input, index) => {
    if (input.dtype !== "f32") return null;
    const derivative = differentiate(expr, index);
    if (derivative === null) return null;
    const factor = fold<Operand>(derivative, inputs, { constant: (value) => value, call: applyScalar });
    return factor === 1 ? g! : mul(g!, factor);
  });
}
