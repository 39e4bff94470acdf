import { pullback } from "../autodiff/pullback.ts";
import { GradientError } from "../tensor/errors.ts";
import { add, mul } from "../tensor/ops/elementwise.ts";
import { identity } from "../tensor/ops/identity.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { directions } from "./directions.ts";
import { hostValues } from "./inner-product.ts";
import { variablesOf } from "./variables.ts";

/**
 * Checks that the VJP of `f` is linear in its cotangent: Jᵀ(αu + βv) = αJᵀu + βJᵀv to 1e−10 of its size, and Jᵀ0 = 0 exactly.
 *
 * @param f - any function to a tree of tensors.
 * @param inputs - array of arguments; f32 tensors are differentiated.
 * @throws GradientError naming the argument and element.
 */
export function checkVjpLinear<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: { readonly seed?: number } = {},
): void {
  const { seed = 0 } = options;
  const site = captureSite();
  const { tensors, names, call } = variablesOf("checkVjpLinear", f, inputs);
  const own = tensors.map(identity);
  const outputs = call(own);
  const back = (g: readonly AnyTensor[]): Float64Array[] =>
    pullback(outputs, g, own).map((x, i) => hostValues(x ?? mul(tensors[i]!, 0)));
  const [u, v] = [directions(outputs, seed, 0), directions(outputs, seed, 1)];
  const zeros = outputs.map((output, i) => hostLeaf(output, hostValues(u[i]!).fill(0)));
  const [alpha, beta] = [1.75, -0.625];
  const joint = back(u.map((x, i) => add(mul(x, alpha), mul(v[i]!, beta))));
  const [left, right, nothing] = [back(u), back(v), back(zeros)];
  names.forEach((name, t) => {
    joint[t]!.forEach((value, i) => {
      const [a, b] = [alpha * left[t]![i]!, beta * right[t]![i]!];
      if (nothing[t]![i] !== 0) {
        throw new GradientError(`checkVjpLinear: a zero cotangent gives ${nothing[t]![i]} for ${name}`, [], site);
      }
      if (Math.abs(value - a - b) <= 1e-10 * (Math.abs(a) + Math.abs(b))) return;
      throw new GradientError(
        `checkVjpLinear: the VJP by ${name} is not linear in the cotangent`,
        [`at element ${i}: ${value} for αu + βv, ${a + b} for the sum`, `replay with { seed: ${seed} }`],
        site,
      );
    });
  });
}
