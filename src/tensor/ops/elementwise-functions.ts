import * as kind from "../kinds.ts";
import { apply1 } from "../op.ts";
import { parameters } from "../parameters.ts";
import { broadcastShapes } from "../shape.ts";
import type { AnyTensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import type { ElementwiseName } from "./elementwise-records.ts";
import { elementwiseOps } from "./elementwise-records.ts";
import { asTensors } from "./operand.ts";
import type { Operand } from "./signatures.ts";

/** A function of one tensor. */
export function unary(name: ElementwiseName): (x: AnyTensor) => never {
  const op = elementwiseOps[name];
  const check = parameters(name, { x: kind.tensor });
  return function elementwise(x: AnyTensor): never {
    check(arguments);
    return apply1(op, [x], null) as never;
  };
}

/** A function of two operands, broadcast against each other. */
export function binary(name: ElementwiseName): (a: Operand, b: Operand) => never {
  const op = elementwiseOps[name];
  const check = parameters(name, { a: kind.operand, b: kind.operand });
  return function elementwise(a: Operand, b: Operand): never {
    check(arguments);
    const tensors = asTensors([a, b]);
    const shape = broadcastShapes(name, ...tensors.map((t) => t.shape));
    return apply1(
      op,
      tensors.map((t) => broadcastTo(t, shape)),
      null,
    ) as never;
  };
}
