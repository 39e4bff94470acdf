import * as kind from "../tensor/kinds.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree } from "../tensor/tree.ts";
import { pushforwardOf } from "./pushforward.ts";
import { independentArguments, matching } from "./vjp.ts";

const checkJvp = parameters("jvp", { f: kind.callback, primals: kind.list, tangents: kind.list });

/**
 * The Jacobian-vector product J·t: how the value moves when the arguments move along the tangents. {@link linearize} does it for many
 * tangents.
 *
 * @param primals - array of arguments: trees of f32 tensors.
 * @param tangents - like the primals.
 * @returns `value` and `tangent`, trees of one structure; zeros for outputs without gradient.
 * @throws GradientError if a primal's leaf is not f32, or a tangent does not fit its primal.
 * @example
 * ```ts
 * import { evaluateReference, jvp, square, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 *
 * const { value, tangent } = jvp((x: Tensor) => square(x), [tensor([1, -3])], [tensor([1, 10])]);
 * console.log(String(await evaluateReference(value).data())); // 1,9
 * console.log(String(await evaluateReference(tangent).data())); // 2,-60
 * ```
 */
export function jvp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  primals: A,
  tangents: A,
): { value: R; tangent: MapTree<R, AnyTensor> } {
  checkJvp(arguments);
  const site = captureSite();
  const directions = matching("jvp", "the primals", primals, tangents, site);
  const variables = independentArguments("jvp", primals, site);
  const value = f(...variables);
  refuseAsync("jvp", value, site);
  return { value, tangent: pushforwardOf(value, flattenTree(variables))(directions) };
}
