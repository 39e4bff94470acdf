import * as kind from "../tensor/kinds.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree } from "../tensor/tree.ts";
import { pushforwardOf } from "./pushforward.ts";
import { independentArguments, matching } from "./vjp.ts";

const checkLinearize = parameters("linearize", { f: kind.callback });

/**
 * The value of `f` at the arguments, and its linear map t ↦ J·t there, for many tangents: `f` is built once.
 *
 * @param args - trees of f32 tensors.
 * @returns `value`, and `pushforward(...tangents)`: tangents like the arguments give a tree like the value; zeros for outputs without gradient.
 * @throws GradientError if an argument's leaf is not f32, or a tangent does not fit its argument.
 * @example
 * ```ts
 * import { evaluateReference, linearize, square, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 *
 * const { pushforward } = linearize((x: Tensor) => square(x), tensor([1, -3]));
 * console.log(String(await evaluateReference(pushforward(tensor([1, 10]))).data())); // 2,-60
 * ```
 */
export function linearize<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...args: A
): { value: R; pushforward: (...tangents: A) => MapTree<R, AnyTensor> } {
  checkLinearize([f]);
  const site = captureSite();
  const variables = independentArguments("linearize", args, site);
  const value = f(...variables);
  refuseAsync("linearize", value, site);
  const push = pushforwardOf(value, flattenTree(variables));
  const pushforward = (...tangents: A): MapTree<R, AnyTensor> =>
    push(matching("linearize", "the arguments", args, tangents, captureSite()));
  return { value, pushforward };
}
