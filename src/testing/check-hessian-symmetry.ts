import { hvp } from "../autodiff/hvp.ts";
import { GradientError } from "../tensor/errors.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { directions } from "./directions.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { variablesOf } from "./variables.ts";

/**
 * Checks that the second derivatives of a function commute: ⟨Hu, v⟩ = ⟨u, Hv⟩ to 1e−9 of their size, H being the Hessian of a
 * random projection of its outputs. Fails where a VJP is not a gradient of anything.
 *
 * @param f - any function to a tree of tensors.
 * @param inputs - array of arguments; f32 tensors are differentiated.
 * @throws GradientError with both products.
 */
export function checkHessianSymmetry<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: { readonly seed?: number } = {},
): void {
  const { seed = 0 } = options;
  const site = captureSite();
  const { tensors, call } = variablesOf("checkHessianSymmetry", f, inputs);
  const weights = directions(call(tensors), seed, 0);
  const loss = (...x: readonly AnyTensor[]): AnyTensor => innerProduct(call(x), weights);
  const [u, v] = [directions(tensors, seed, 1), directions(tensors, seed, 2)];
  const product = (along: readonly AnyTensor[], onto: readonly AnyTensor[]): [number, number] => {
    const moved = hvp(loss, tensors, along);
    const size = moved.reduce((total, x) => total + hostValues(x).reduce((sum, value) => sum + Math.abs(value), 0), 0);
    return [hostValues(innerProduct(moved, onto))[0]!, size];
  };
  const [[left, leftSize], [right, rightSize]] = [product(u, v), product(v, u)];
  if (Math.abs(left - right) <= 1e-9 * (leftSize + rightSize)) return;
  throw new GradientError(
    "checkHessianSymmetry: second derivatives do not commute",
    [`⟨Hu, v⟩ = ${left}   ⟨u, Hv⟩ = ${right}`, `replay with { seed: ${seed} }`],
    site,
  );
}
