import * as kind from "../tensor/kinds.ts";
import { apply1 } from "../tensor/op.ts";
import { stopGradientOp } from "../tensor/ops/identity.ts";
import { parameters } from "../tensor/parameters.ts";
import { mapTree } from "../tensor/tree.ts";

const checkStopGradient = parameters("stopGradient", { tree: kind.tree });

/**
 * The same values as constants of every derivative: d stopGradient(x)/dx = 0.
 *
 * @param tree - a tensor or a tree of tensors, of any dtype.
 * @returns the tree, of the same type.
 * @example
 * ```ts
 * import { evaluateReference, grad, mul, stopGradient, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const slope = grad((x: Tensor) => mul(stopGradient(x), x));
 * console.log(await evaluateReference(slope(tensor(3))).item()); // 3
 * ```
 */
export function stopGradient<T>(tree: T): T {
  checkStopGradient(arguments);
  return mapTree(tree, (tensor) => apply1(stopGradientOp, [tensor], null)) as T;
}
