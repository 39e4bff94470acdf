import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";

/** Arbitraries in nested objects and lists. */
export type TreeSchema = Arbitrary<unknown> | { readonly [key: string]: TreeSchema } | readonly TreeSchema[];

/** What a schema draws. */
export type DrawnTree<S> =
  S extends Arbitrary<infer T> ? T : S extends object ? { -readonly [K in keyof S]: DrawnTree<S[K]> } : never;

/**
 * Trees of parameters: nested objects and lists with an arbitrary at each leaf. Each leaf shrinks by itself.
 *
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { add, matmul, tanh } from "deconfound";
 * import type { Tensor } from "deconfound";
 * import { checkGrads } from "deconfound/testing";
 * import { tensor, tree } from "deconfound/testing/fast-check";
 *
 * const layer = (p: { w: Tensor; b: Tensor }, x: Tensor): Tensor => tanh(add(matmul(x, p.w), p.b));
 * const weights = tree({ w: tensor([2, 3]), b: tensor([3]) });
 * const right = fc.property(weights, tensor([4, 2]), (p, x) => checkGrads(layer, [p, x]));
 * fc.assert(right, { numRuns: 10 });
 * console.log("right by w, b and x"); // right by w, b and x
 * ```
 */
export function tree<const S extends TreeSchema>(schema: S): Arbitrary<DrawnTree<S>> {
  return drawTree(schema) as Arbitrary<DrawnTree<S>>;
}

function drawTree(schema: TreeSchema): Arbitrary<unknown> {
  if (schema instanceof fc.Arbitrary) return schema;
  if (Array.isArray(schema)) return fc.tuple(...(schema as readonly TreeSchema[]).map(drawTree));
  const parts = Object.entries(schema as { readonly [key: string]: TreeSchema });
  return fc.record(Object.fromEntries(parts.map(([key, part]) => [key, drawTree(part)])), { noNullPrototype: true });
}
