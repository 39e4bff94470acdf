import { GradientError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import { captureSite } from "../tensor/site.ts";
import { directions } from "./directions.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { underflow } from "./motion.ts";
import type { Projection } from "./projection.ts";
import { project } from "./projection.ts";
import { gradientOf, moveRoots } from "./scalar-function.ts";
import type { SeededCheck } from "./seeded-check.ts";
import { recordTape } from "./tape.ts";
import { variablesOf } from "./variables.ts";

/**
 * Checks that the gradient of `f` is the gradient of something: its derivatives commute, ⟨Hu, v⟩ = ⟨u, Hv⟩. H is the derivative, by
 * forward mode, of the gradient that the VJPs give for a random projection of the outputs. A wrong VJP rarely passes, and no other
 * value than the VJPs' own is needed. Allowed is 1e−6 of the terms, as numbers in formulas are f32, and what rounding may have done.
 *
 * @param f - any function to a tree of tensors.
 * @param inputs - list of arguments; f32 tensors are differentiated.
 * @param options.seed - of the random projections. @defaultValue 0
 * @throws GradientError with both products, or "cannot decide" where they are not finite.
 * @example
 * ```ts
 * import { logSumExp, tensor } from "deconfound";
 * import { checkHessianSymmetry } from "deconfound/testing";
 *
 * checkHessianSymmetry(logSumExp, [tensor([1, -2, 3])]);
 * console.log("symmetric"); // symmetric
 * ```
 */
export function checkHessianSymmetry<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: { readonly seed?: number | undefined } = {},
): void {
  compareHessianProducts({ name: "checkHessianSymmetry", site: captureSite(), seed: options.seed ?? 0 }, f, inputs);
}

/** Compares both products, for any check that is made of this one; see {@link checkHessianSymmetry}. */
export function compareHessianProducts<A extends readonly unknown[]>(
  { name, site, seed }: SeededCheck,
  f: (...args: A) => unknown,
  inputs: A,
): void {
  const { tensors, call } = variablesOf(name, f, inputs, site);
  const weights = directions(call(tensors), seed, 0);
  const own = tensors.map(identity);
  const tape = recordTape(gradientOf(innerProduct(call(own), weights), own));
  const variables = own.map(({ node }) => node);
  const [u, v] = [1, 2].map((stream) => directions(tensors, seed, stream).map(hostValues));
  const product = (along: readonly Float64Array[], onto: readonly Float64Array[]): Projection =>
    project(moveRoots(tape, variables, along, { stopGradient: "constant" }), onto);
  const [left, right] = [product(u!, v!), product(v!, u!)];
  const apart = Math.abs(left.value - right.value);
  if (apart <= 1e-6 * (left.size + right.size) + left.doubt + right.doubt + underflow) return;
  throw new GradientError(
    Number.isFinite(apart)
      ? `${name}: second derivatives do not commute`
      : `${name}: cannot decide, second derivatives are not finite here`,
    [`⟨Hu, v⟩ = ${left.value}   ⟨u, Hv⟩ = ${right.value}`, `replay with { seed: ${seed} }`],
    site,
  );
}
