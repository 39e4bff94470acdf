import { GradientError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { concat } from "../tensor/ops/concat.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import { parameters } from "../tensor/parameters.ts";
import { sizeOf } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, hostLeaf, isTensor } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree, unflattenTree } from "../tensor/tree.ts";
import { independent } from "./independent.ts";
import { pullback } from "./pullback.ts";

const checkJacobian = parameters("jacobian", { f: kind.callback });

/**
 * All first derivatives of a tensor-valued function by its first argument, one backward pass per output element: for small
 * outputs, and for tests.
 *
 * @param f - returns one f32 tensor y. Its first argument is a tree of f32 tensors.
 * @returns a function that gives a tree like the first argument; in place of x a tensor of shape (…y, …x).
 * @throws GradientError if f does not return an f32 tensor, or a leaf of the argument is not f32.
 * @example
 * ```ts
 * import { evaluateReference, jacobian, square, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const j = jacobian((x: Tensor) => square(x))(tensor([1, -3]));
 * console.log(String(await evaluateReference(j).data())); // 2,0,0,-6
 * ```
 */
export function jacobian<T, Rest extends readonly unknown[]>(
  f: (x: T, ...rest: Rest) => AnyTensor,
): (x: T, ...rest: Rest) => MapTree<T, AnyTensor> {
  checkJacobian(arguments);
  return (x, ...rest) => differentiate("jacobian", (at: T) => f(at, ...rest), x).jacobian;
}

const checkValueAndJacobian = parameters("valueAndJacobian", { f: kind.callback });

/**
 * {@link jacobian} together with the value, from one forward pass.
 *
 * @returns a function that gives `{ value, jacobian }`.
 * @throws GradientError as {@link jacobian}.
 * @example
 * ```ts
 * import { evaluateReference, square, tensor, valueAndJacobian } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const { value, jacobian } = evaluateReference(valueAndJacobian((x: Tensor) => square(x))(tensor([1, -3])));
 * console.log(String(await value.data()), String(await jacobian.data())); // 1,9 2,0,0,-6
 * ```
 */
export function valueAndJacobian<T, V extends AnyTensor, Rest extends readonly unknown[]>(
  f: (x: T, ...rest: Rest) => V,
): (x: T, ...rest: Rest) => { value: V; jacobian: MapTree<T, AnyTensor> } {
  checkValueAndJacobian(arguments);
  return (x, ...rest) => differentiate("valueAndJacobian", (at: T) => f(at, ...rest), x);
}

function differentiate<T, V extends AnyTensor>(
  name: string,
  f: (x: T) => V,
  x: T,
): { value: V; jacobian: MapTree<T, AnyTensor> } {
  const site = captureSite();
  const variables = independent(name, x, "argument 0", site);
  const y = f(variables);
  refuseAsync(name, y, site);
  if (!isTensor(y) || y.dtype !== "f32") {
    throw new GradientError(
      `${name}: the function returns ${isTensor(y) ? formatType(y) : "no tensor"}, not f32`,
      ["return one f32 tensor"],
      site,
    );
  }
  const leaves = flattenTree(variables);
  const rows = Array.from({ length: sizeOf(y.shape) }, (_, i) => {
    const basis = new Float32Array(sizeOf(y.shape));
    basis[i] = 1;
    return pullback([y], [hostLeaf(y, basis)], leaves);
  });
  const blocks = leaves.map((leaf, k) => {
    const flat = rows.map((row) => reshape(row[k] ?? zerosLike(leaf), [1, sizeOf(leaf.shape)]));
    const whole = [...y.shape, ...leaf.shape];
    if (flat.length === 0) return hostLeaf({ shape: whole, dtype: "f32" }, new Float32Array(0));
    return reshape(flat.length === 1 ? flat[0]! : concat(flat, { axis: 0 }), whole);
  });
  return { value: y, jacobian: unflattenTree(variables, blocks) as MapTree<T, AnyTensor> };
}
