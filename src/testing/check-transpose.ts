import { jvp } from "../autodiff/jvp.ts";
import { pullback } from "../autodiff/pullback.ts";
import { GradientError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { directions } from "./directions.ts";
import { hostValues } from "./inner-product.ts";
import { underflow } from "./motion.ts";
import { project } from "./projection.ts";
import { moveRoots } from "./scalar-function.ts";
import type { SeededCheck } from "./seeded-check.ts";
import { recordTape } from "./tape.ts";
import { variablesOf } from "./variables.ts";

/**
 * Checks that `jvp` and `vjp` of `f` are transposes: ⟨Jt, w⟩ = ⟨t, Jᵀw⟩. `jvp` is built from the VJP's own VJP, so this is where an op
 * shows whose VJP is not linear in the cotangent, or has a wrong VJP itself. Allowed is 1e−10 of the terms and what rounding may have
 * done.
 *
 * @param f - any function to a tree of tensors.
 * @param inputs - list of arguments; f32 tensors are differentiated.
 * @param options.seed - of the random projections. @defaultValue 0
 * @throws GradientError with both products and forward mode's, or "cannot decide" where they are not finite.
 * @example
 * ```ts
 * import { cumsum, tensor } from "deconfound";
 * import { checkTranspose } from "deconfound/testing";
 *
 * checkTranspose((x) => cumsum(x), [tensor([1, -2, 3])]);
 * console.log("transposes"); // transposes
 * ```
 */
export function checkTranspose<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: { readonly seed?: number | undefined } = {},
): void {
  compareTransposes({ name: "checkTranspose", site: captureSite(), seed: options.seed ?? 0 }, f, inputs);
}

/** Compares both products, for any check that is made of this one; see {@link checkTranspose}. */
export function compareTransposes<A extends readonly unknown[]>(
  { name, site, seed }: SeededCheck,
  f: (...args: A) => unknown,
  inputs: A,
): void {
  const { tensors, call } = variablesOf(name, f, inputs, site);
  const t = directions(tensors, seed, 0);
  const { value, tangent } = jvp((...x: readonly AnyTensor[]) => call(x), tensors, t);
  const w = directions(value, seed, 1);
  const own = tensors.map(identity);
  const outputs = call(own);
  const back = pullback(outputs, w, own).map((g) => (g === null ? null : hostValues(g)));
  const [along, onto] = [t.map(hostValues), w.map(hostValues)];
  const moving = (x: Float64Array): { tangent: Float64Array; doubt: Float64Array } => ({
    tangent: x,
    doubt: x.map(() => 0),
  });
  const forward = project(
    tangent.map((x) => moving(hostValues(x))),
    onto,
  );
  const backward = project(along.map(moving), back);
  const variables = own.map(({ node }) => node);
  const dual = project(moveRoots(recordTape(outputs), variables, along, { stopGradient: "constant" }), onto);
  const apart = Math.abs(forward.value - backward.value);
  if (apart <= 1e-10 * (forward.size + backward.size) + dual.doubt + underflow) return;
  throw new GradientError(
    Number.isFinite(apart)
      ? `${name}: JVP and VJP are not transposes of each other`
      : `${name}: cannot decide, the derivatives are not finite here`,
    [
      `⟨Jt, w⟩ = ${forward.value}   ⟨t, Jᵀw⟩ = ${backward.value}   forward mode ${dual.value}`,
      `replay with { seed: ${seed} }`,
    ],
    site,
  );
}
