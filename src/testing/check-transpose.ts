import { zerosLike } from "../autodiff/independent.ts";
import { jvp } from "../autodiff/jvp.ts";
import { pullback } from "../autodiff/pullback.ts";
import { GradientError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { directions } from "./directions.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { variablesOf } from "./variables.ts";

/**
 * Checks that JVP and VJP of `f` are transposes: ⟨Jt, w⟩ = ⟨t, Jᵀw⟩ to 1e−10 of the terms. The JVP is built from the VJP's own
 * VJP, so this is where an op whose gradient's gradient is wrong shows.
 *
 * @param f - any function to a tree of tensors.
 * @param inputs - array of arguments; f32 tensors are differentiated.
 * @throws GradientError with both products.
 */
export function checkTranspose<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: { readonly seed?: number } = {},
): void {
  const { seed = 0 } = options;
  const site = captureSite();
  const { tensors, call } = variablesOf("checkTranspose", f, inputs);
  const t = directions(tensors, seed, 0);
  const { value, tangent } = jvp((...x: readonly AnyTensor[]) => call(x), tensors, t);
  const w = directions(value, seed, 1);
  const own = tensors.map(identity);
  const back = pullback(call(own), w, own).map((g, i) => g ?? zerosLike(tensors[i]!));
  const [forward, backward] = [innerProduct(tangent, w), innerProduct(t, back)].map((x) => hostValues(x)[0]!);
  const size = absoluteTerms(tangent, w) + absoluteTerms(t, back);
  if (Math.abs(forward! - backward!) <= 1e-10 * size) return;
  throw new GradientError(
    "checkTranspose: JVP and VJP are no transposes",
    [`⟨Jt, w⟩ = ${forward}   ⟨t, Jᵀw⟩ = ${backward}`, `replay with { seed: ${seed} }`],
    site,
  );
}

/** Σ|aᵢbᵢ|: the size that rounding errors of ⟨a, b⟩ are measured by. */
function absoluteTerms(a: readonly AnyTensor[], b: readonly AnyTensor[]): number {
  return a.reduce((total, x, k) => {
    const y = hostValues(b[k]!);
    return total + hostValues(x).reduce((sum, value, i) => sum + Math.abs(value * y[i]!), 0);
  }, 0);
}
