import { ConfigError, GradientError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import { scalar } from "../tensor/ops/operand.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType, isTensor } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import { flattenTree, unflattenTree } from "../tensor/tree.ts";
import { independent } from "./independent.ts";
import { pullback } from "./pullback.ts";

/** Which arguments to differentiate by: one, or several. */
export type Argnums = number | readonly number[];

/** The arguments that `N` names: a gradient has the type of its argument. */
export type Chosen<A extends readonly unknown[], N extends Argnums> = N extends readonly number[]
  ? { [K in keyof N]: A[N[K] & keyof A] }
  : A[N & keyof A];

export interface GradOptions<N extends Argnums, Aux extends boolean> {
  /** Indices of the arguments to differentiate by; an array gives an array of gradients. @defaultValue 0 */
  readonly argnums?: N | undefined;
  /** Whether `f` returns `{ value, aux }`, aux being any tree to pass through. @defaultValue false */
  readonly hasAux?: Aux | undefined;
}

/** A loss with more results, for `hasAux`. */
export interface WithAux<X> {
  readonly value: AnyTensor;
  readonly aux: X;
}

const checkGrad = parameters("grad", { f: kind.callback }, { argnums: kind.argnums, hasAux: kind.flag });

/**
 * The gradient program of a scalar function: ∂f/∂args[argnums], a tree like the argument. Nothing is computed.
 * Nest it for higher derivatives. Inputs that `f` does not use get zeros.
 *
 * @param f - returns an f32 scalar (shape []), or `{ value, aux }` with `hasAux`. Its differentiated arguments are trees of
 *   f32 tensors; strings, booleans and null in them stay as they are.
 * @returns a function of `f`'s arguments that gives the gradient, or `{ gradient, aux }`.
 * @throws GradientError if the loss is not an f32 scalar, or a differentiated leaf is a number or not f32; TraceError if `f` is
 *   async.
 * @example
 * ```ts
 * import { evaluateReference, grad, square, sum, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const slope = grad((x: Tensor) => sum(square(x)));
 * console.log(String(await evaluateReference(slope(tensor([1, -3]))).data())); // 2,-6
 * ```
 */
export function grad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => WithAux<X>,
  options: GradOptions<N, true> & { readonly hasAux: true },
): (...args: A) => { gradient: Chosen<A, N>; aux: X };
export function grad<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => AnyTensor,
  options?: GradOptions<N, false>,
): (...args: A) => Chosen<A, N>;
export function grad(
  f: (...args: unknown[]) => unknown,
  options: GradOptions<Argnums, boolean> = {},
): (...args: unknown[]) => unknown {
  checkGrad(arguments);
  return (...args) => {
    const { gradient, aux } = differentiate("grad", f, args, options);
    return options.hasAux === true ? { gradient, aux } : gradient;
  };
}

const checkValueAndGrad = parameters(
  "valueAndGrad",
  { f: kind.callback },
  { argnums: kind.argnums, hasAux: kind.flag },
);

/**
 * {@link grad} together with the value, from one forward pass.
 *
 * @returns a function that gives `{ value, gradient }`, or `{ value, gradient, aux }` with `hasAux`.
 * @throws GradientError as {@link grad}.
 * @example
 * ```ts
 * import { evaluateReference, square, sum, tensor, valueAndGrad } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const { value, gradient } = valueAndGrad((x: Tensor) => sum(square(x)))(tensor([1, -3]));
 * console.log(await evaluateReference(value).item(), String(await evaluateReference(gradient).data())); // 10 2,-6
 * ```
 */
export function valueAndGrad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => WithAux<X>,
  options: GradOptions<N, true> & { readonly hasAux: true },
): (...args: A) => { value: Tensor; gradient: Chosen<A, N>; aux: X };
export function valueAndGrad<A extends readonly unknown[], V extends AnyTensor, const N extends Argnums = 0>(
  f: (...args: A) => V,
  options?: GradOptions<N, false>,
): (...args: A) => { value: V; gradient: Chosen<A, N> };
export function valueAndGrad(
  f: (...args: unknown[]) => unknown,
  options: GradOptions<Argnums, boolean> = {},
): (...args: unknown[]) => unknown {
  checkValueAndGrad(arguments);
  return (...args) => {
    const { value, gradient, aux } = differentiate("valueAndGrad", f, args, options);
    return options.hasAux === true ? { value, gradient, aux } : { value, gradient };
  };
}

function differentiate(
  name: string,
  f: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  { argnums = 0, hasAux = false }: GradOptions<Argnums, boolean>,
): { value: AnyTensor; gradient: unknown; aux: unknown } {
  const site = captureSite();
  const chosen = typeof argnums === "number" ? [argnums] : argnums;
  for (const index of chosen) {
    if (Number.isInteger(index) && index >= 0 && index < args.length) continue;
    throw new ConfigError(`${name}: argnums ${index} names none of ${args.length} arguments`, [], site);
  }
  const given = args.map((arg, i) => (chosen.includes(i) ? independent(name, arg, `argument ${i}`, site) : arg));
  const result = f(...given);
  refuseAsync(name, result, site);
  const { value, aux } = hasAux && isWithAux(result) ? result : { value: result, aux: undefined };
  const loss = checkLoss(name, value, hasAux, site);
  const variables = chosen.map((i) => given[i]);
  const leaves = flattenTree(variables);
  const back = pullback([loss], [scalar(1, "f32")], leaves);
  const gradients: unknown[] = unflattenTree(
    variables,
    back.map((g, i) => g ?? zerosLike(leaves[i]!)),
  );
  return { value: loss, gradient: typeof argnums === "number" ? gradients[0] : gradients, aux };
}

function isWithAux(result: unknown): result is WithAux<unknown> {
  return typeof result === "object" && result !== null && "value" in result && "aux" in result;
}

function checkLoss(name: string, loss: unknown, hasAux: boolean, site: Site): AnyTensor {
  if (!isTensor(loss)) {
    const expected = hasAux ? "{ value, aux } with a scalar value" : "a scalar tensor";
    throw new GradientError(`${name}: the function returns no loss`, [`return ${expected}`], site);
  }
  if (loss.dtype !== "f32" || loss.shape.length !== 0) {
    const mend = loss.dtype === "f32" ? "take its sum or mean; for more outputs use vjp or jacobian" : "cast it to f32";
    throw new GradientError(`${name}: the loss is ${formatType(loss)}, not an f32 scalar`, [mend], site);
  }
  return loss;
}
