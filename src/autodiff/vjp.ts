import { GradientError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import { parameters } from "../tensor/parameters.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, isTensor } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree, leavesOf, unflattenTree } from "../tensor/tree.ts";
import { independent } from "./independent.ts";
import { pullback } from "./pullback.ts";

const checkVjp = parameters("vjp", { f: kind.callback });

/**
 * The vector-Jacobian product: the value of `f` at the arguments, and the map from cotangents of the value to gradients of
 * the arguments, g ↦ Jᵀg.
 *
 * @param args - trees of f32 tensors. Let `f` capture whatever has no gradient, such as labels.
 * @returns `value`, and `pullback(g)`: `g` is a tree like the value, the result an array of trees like the arguments.
 * @throws GradientError if an argument's leaf is not f32, or `g` does not fit the value.
 * @example
 * ```ts
 * import { evaluateReference, square, tensor, vjp } from "deconfound";
 * import type { Tensor } from "deconfound";
 *
 * const { value, pullback } = vjp((x: Tensor) => square(x), tensor([1, -3]));
 * const [g] = pullback(tensor([1, 10]));
 * console.log(String(await evaluateReference(value).data())); // 1,9
 * console.log(String(await evaluateReference(g).data())); // 2,-60
 * ```
 */
export function vjp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...args: A
): { value: R; pullback: (g: MapTree<R, AnyTensor>) => A } {
  checkVjp([f]);
  const site = captureSite();
  const variables = independentArguments("vjp", args, site);
  const value = f(...variables);
  refuseAsync("vjp", value, site);
  const leaves = flattenTree(variables);
  return {
    value,
    pullback: (g) => {
      const cotangents = matching("vjp", "the value", value, g, captureSite());
      return zeroFilled(variables, pullback(flattenTree(value), cotangents, leaves));
    },
  };
}

export function independentArguments<A extends readonly unknown[]>(name: string, args: A, site: Site): A {
  return args.map((arg, i) => independent(name, arg, `argument ${i}`, site)) as unknown as A;
}

/** Gradients put into the variables' tree; zeros where none flows. */
function zeroFilled<T>(variables: T, gradients: readonly (AnyTensor | null)[]): T {
  const leaves = flattenTree(variables);
  return unflattenTree(
    variables,
    gradients.map((g, i) => g ?? zerosLike(leaves[i]!)),
  ) as T;
}

/** The tensors of `given` at the places of the tensors of `tree`. @throws GradientError where the types differ. */
export function matching(name: string, what: string, tree: unknown, given: unknown, site: Site): AnyTensor[] {
  const found = new Map(leavesOf(given).map(({ path, value }) => [path, value]));
  return leavesOf(tree).flatMap(({ path, value }) => {
    if (!isTensor(value)) return [];
    const match = found.get(path);
    if (isTensor(match) && match.dtype === value.dtype && sameShape(match.shape, value.shape)) return [match];
    const got = isTensor(match) ? formatType(match) : "nothing";
    const where = path === "" ? what : `${path} of ${what}`;
    throw new GradientError(`${name}: ${where} is ${formatType(value)}, but ${got} was given for it`, [], site);
  });
}
