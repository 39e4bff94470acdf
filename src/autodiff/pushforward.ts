import { identity } from "../tensor/ops/identity.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree, unflattenTree } from "../tensor/tree.ts";
import { pullback } from "./pullback.ts";

/**
 * How a value moves when its variables do, t ↦ J·t. Built as the VJP of the VJP, which is linear in its cotangent, so its own cotangent's
 * gradient is J·t. Zeros for outputs without gradient.
 *
 * @param variables - leaves; the result takes a direction for each.
 */
export function pushforwardOf<R>(
  value: R,
  variables: readonly AnyTensor[],
): (directions: readonly AnyTensor[]) => MapTree<R, AnyTensor> {
  const outputs = flattenTree(value);
  const probes = outputs.map((output) => (output.dtype === "f32" ? identity(zerosLike(output)) : null));
  const back = pullback(outputs, probes, variables);
  return (directions) => {
    const pairs = back.flatMap((g, i) => (g === null ? [] : [{ g, direction: directions[i]! }]));
    const along = pullback(
      pairs.map(({ g }) => g),
      pairs.map(({ direction }) => direction),
      probes.filter((probe) => probe !== null),
    )[Symbol.iterator]();
    const tangent = outputs.map((output, i) =>
      probes[i] === null ? zerosLike(output) : (along.next().value ?? zerosLike(output)),
    );
    return unflattenTree(value, tangent);
  };
}
