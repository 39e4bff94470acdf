import * as kind from "../tensor/kinds.ts";
import { sum } from "../tensor/ops/broadcast.ts";
import { add, mul } from "../tensor/ops/elementwise.ts";
import { scalar } from "../tensor/ops/operand.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { flattenTree } from "../tensor/tree.ts";
import { grad } from "./grad.ts";
import { matching } from "./vjp.ts";

const checkHvp = parameters("hvp", { f: kind.callback, primals: kind.list, tangents: kind.list });

/**
 * The Hessian-vector product H·t of a scalar function: the gradient of ⟨∇f, t⟩, for about the cost of two gradients.
 *
 * @param f - returns an f32 scalar.
 * @param primals - array of arguments: trees of f32 tensors.
 * @param tangents - like the primals.
 * @returns an array of trees like the primals.
 * @throws GradientError as grad, or if a tangent does not fit its primal.
 * @example
 * ```ts
 * import { evaluateReference, hvp, pow, sum, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const [product] = hvp((x: Tensor) => sum(pow(x, 3)), [tensor([1, 2])], [tensor([1, 10])]);
 * console.log(String(await evaluateReference(product).data())); // 6,120
 * ```
 */
export function hvp<A extends readonly unknown[]>(f: (...args: A) => AnyTensor, primals: A, tangents: A): A {
  checkHvp(arguments);
  const directions = matching("hvp", "the primals", primals, tangents, captureSite());
  const argnums = primals.map((_, i) => i);
  const slope = (...args: A): AnyTensor =>
    flattenTree(grad(f, { argnums })(...args)).reduce<AnyTensor>(
      (total, g, i) => add(total, sum(mul(g, directions[i]!))),
      scalar(0, "f32"),
    );
  return grad(slope, { argnums })(...primals) as unknown as A;
}
