import { GradientError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import type { Site } from "../tensor/site.ts";
import { formatType, isTensor } from "../tensor/tensor.ts";
import { flattenTree, mapLeaves } from "../tensor/tree.ts";

/**
 * Makes a tree of tensors the independent variables of a derivative: each becomes a node of its own, so the same tensor
 * captured by a closure, or an outer derivative's variable, is not mistaken for it. Strings, booleans and null stay.
 *
 * @param name - the public function, for errors.
 * @param path - the argument, for errors.
 * @throws GradientError if a leaf is a number or a tensor that is not f32, or if there is none.
 */
export function independent<T>(name: string, tree: T, path: string, site: Site): T {
  const variables = mapLeaves(
    tree,
    (value, at) => {
      if (typeof value === "number") {
        throw new GradientError(
          `${name}: ${at} is a number, not a tensor`,
          [`pass tensor(${value}), or leave the argument out of argnums`],
          site,
        );
      }
      if (!isTensor(value)) return value;
      if (value.dtype !== "f32") {
        throw new GradientError(
          `${name}: ${at} is ${formatType(value)}; only f32 has a gradient`,
          ["leave the argument out of argnums, or let the function capture it"],
          site,
        );
      }
      return identity(value);
    },
    path,
  );
  if (flattenTree(variables).length === 0) {
    throw new GradientError(`${name}: ${path} holds no tensor`, ["there is nothing to differentiate by"], site);
  }
  return variables as T;
}
