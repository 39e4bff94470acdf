import { pullback } from "../autodiff/pullback.ts";
import { GradientError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import { sizeOf } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { directions } from "./directions.ts";
import { hostValues } from "./inner-product.ts";
import { underflow } from "./motion.ts";
import { moveRoots } from "./scalar-function.ts";
import type { SeededCheck } from "./seeded-check.ts";
import { recordTape } from "./tape.ts";
import { variablesOf } from "./variables.ts";

/**
 * Checks that the VJP of `f` is linear in its cotangent: Jᵀ(αu + βv) = αJᵀu + βJᵀv, and Jᵀ0 = 0 exactly. Allowed is 1e−10 of the
 * terms and what rounding may have done.
 *
 * @param f - any function to a tree of tensors.
 * @param inputs - list of arguments; f32 tensors are differentiated.
 * @param options.seed - of the random cotangents. @defaultValue 0
 * @throws GradientError naming the argument and element, or "cannot decide" where the VJP is not finite.
 * @example
 * ```ts
 * import { softmax, tensor } from "deconfound";
 * import { checkVjpLinear } from "deconfound/testing";
 *
 * checkVjpLinear((x) => softmax(x), [tensor([1, -2, 3])]);
 * console.log("linear"); // linear
 * ```
 */
export function checkVjpLinear<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: { readonly seed?: number | undefined } = {},
): void {
  compareCotangents({ name: "checkVjpLinear", site: captureSite(), seed: options.seed ?? 0 }, f, inputs);
}

/** Compares VJPs of combined cotangents, for any check that is made of this one; see {@link checkVjpLinear}. */
export function compareCotangents<A extends readonly unknown[]>(
  { name, site, seed }: SeededCheck,
  f: (...args: A) => unknown,
  inputs: A,
): void {
  const { tensors, names, call } = variablesOf(name, f, inputs, site);
  const own = tensors.map(identity);
  const outputs = call(own);
  const back = (g: readonly AnyTensor[]): Float64Array[] =>
    pullback(outputs, g, own).map((x, i) => (x === null ? new Float64Array(sizeOf(tensors[i]!.shape)) : hostValues(x)));
  const [u, v] = [0, 1].map((stream) => directions(outputs, seed, stream).map(hostValues));
  const [alpha, beta] = [1.75, -0.625];
  const mixed = u!.map((x, k) => x.map((value, i) => alpha * value + beta * v![k]![i]!));
  const cotangent = (values: readonly Float64Array[]): AnyTensor[] =>
    values.map((data, k) => identity(hostLeaf({ shape: outputs[k]!.shape, dtype: "f32" }, data)));
  const joint = back(cotangent(mixed));
  const [left, right, nothing] = [u!, v!, u!.map((x) => x.map(() => 0))].map((g) => back(cotangent(g)));
  const doubt = doubtOf(outputs, own, cotangent(mixed), mixed);
  names.forEach((argument, t) => {
    joint[t]!.forEach((value, i) => {
      const [a, b] = [alpha * left![t]![i]!, beta * right![t]![i]!];
      const where = `argument's element ${i}`;
      if (!Number.isFinite(value + a + b)) {
        const lines = [`at the ${where}`, "checkGrads names the op"];
        throw new GradientError(`${name}: cannot decide, the VJP by ${argument} is not finite`, lines, site);
      }
      if (nothing![t]![i] !== 0) {
        throw new GradientError(
          `${name}: a zero cotangent gives ${nothing![t]![i]} for ${argument}`,
          [`at the ${where}`],
          site,
        );
      }
      if (Math.abs(value - a - b) <= 1e-10 * (Math.abs(a) + Math.abs(b)) + (doubt[t]?.[i] ?? 0) + underflow) return;
      throw new GradientError(
        `${name}: the VJP by ${argument} is not linear in the cotangent`,
        [`at the ${where}: ${value} for αu + βv, ${a + b} for the sum`, `replay with { seed: ${seed} }`],
        site,
      );
    });
  });
}

/** How far rounding may have put each element of the VJP off: its motion's doubt when the cotangent moves along itself. */
function doubtOf(
  outputs: readonly AnyTensor[],
  own: readonly AnyTensor[],
  g: readonly AnyTensor[],
  along: readonly Float64Array[],
): (Float64Array | undefined)[] {
  const back = pullback(outputs, g, own);
  const roots = back.filter((one) => one !== null);
  const moved = moveRoots(
    recordTape(roots),
    g.map(({ node }) => node),
    along,
    { stopGradient: "constant" },
  )[Symbol.iterator]();
  return back.map((one) => (one === null ? undefined : moved.next().value?.doubt));
}
