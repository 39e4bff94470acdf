import { pullback } from "../autodiff/pullback.ts";
import { GradientError } from "../tensor/errors.ts";
import { sub } from "../tensor/ops/elementwise.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { directions } from "./directions.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import type { OpCall } from "./op-call.ts";
import { functionOf, inputsOf } from "./op-call.ts";
import type { SeededCheck } from "./seeded-check.ts";

/**
 * The law of records that say `linear`: op and VJP are transposes, ⟨A x, y⟩ = ⟨x, Aᵀ y⟩, in the inputs that are named. An op that fills
 * with a constant is affine: its value at zero is taken off. Allowed is 1e−13 of the terms.
 *
 * @throws GradientError with both products.
 */
export function compareLinear({ name, site, seed }: SeededCheck, call: OpCall): void {
  const inputs = inputsOf(call);
  const named = call.op.linear!;
  const linear = named.map((index) => inputs[index]!);
  const f = functionOf(call);
  const image = f(...inputs)[0]!;
  const atZero = f(...inputs.map((input, i) => (named.includes(i) ? zerosLike(input) : input)))[0]!;
  const y = directions([image], seed, 3);
  const back = pullback([image], y, linear).map((g, i) => g ?? zerosLike(linear[i]!));
  const product = (a: readonly AnyTensor[], b: readonly AnyTensor[]): number => hostValues(innerProduct(a, b))[0]!;
  const [left, right] = [product([sub(image, atZero)], y), product(back, linear)];
  const [g, x] = [back.map(hostValues), linear.map(hostValues)];
  const terms = g.flatMap((values, k) => Array.from(values, (value, i) => Math.abs(value * x[k]![i]!)));
  const size = 1 + terms.reduce((total, term) => total + term, 0);
  if (Math.abs(left - right) <= 1e-13 * size) return;
  throw new GradientError(
    `${name}: not linear in ${named.map((index) => `argument ${index}`).join(", ")}, or the VJP is not its transpose`,
    [`⟨Ax, y⟩ = ${left}   ⟨x, Aᵀy⟩ = ${right}`, `replay with { seed: ${seed} }`],
    site,
  );
}
