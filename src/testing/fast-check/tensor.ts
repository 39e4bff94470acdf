import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import { printTensor } from "../../tensor/print.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hostLeaf } from "../../tensor/tensor.ts";

/**
 * Which values a tensor holds. `nice`: k/8, −32 ≤ k ≤ 32, exact in f32 and short in messages, with ties and zeros. `separated`: a
 * permutation of (i + ½)/4 around 0, without ties or zeros, for max, sort, pooling, ReLU and abs.
 */
export type TensorValues = "nice" | "separated";

/**
 * f32 tensors on the host, printed with their values in counterexamples. Shape and values shrink independently: the values come
 * from a list that is read round and round.
 *
 * @param shape - one shape, or an arbitrary of shapes.
 * @param options.values - @defaultValue "nice"
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { max } from "deconfound";
 * import { checkGrads } from "deconfound/testing";
 * import { tensor } from "deconfound/testing/fast-check";
 *
 * fc.assert(fc.property(tensor([2, 3], { values: "separated" }), (x) => checkGrads((y) => max(y, { axis: 1 }), [x])));
 * console.log("right away from ties"); // right away from ties
 * ```
 */
export function tensor(
  shape: readonly number[] | Arbitrary<readonly number[]>,
  options: { readonly values?: TensorValues | undefined } = {},
): Arbitrary<Tensor> {
  const shapes = shape instanceof fc.Arbitrary ? shape : fc.constant(shape);
  const [drawn, fill] =
    options.values === "separated" ? [fc.nat(0xffff), separated] : [fc.integer({ min: -32, max: 32 }), nice];
  return fc.tuple(shapes, fc.array(drawn, { minLength: 1, maxLength: 64, size: "max" })).map(([sizes, list]) => {
    const values = fill(sizeOf(sizes), list);
    return printable(hostLeaf({ shape: [...sizes], dtype: "f32" }, Float32Array.from(values)) as Tensor);
  });
}

function nice(count: number, list: readonly number[]): number[] {
  return Array.from({ length: count }, (_, i) => list[i % list.length]! / 8);
}

/** Drawn numbers as ranks: each place takes that one of the values that are left. */
function separated(count: number, list: readonly number[]): number[] {
  const left = Array.from({ length: count }, (_, i) => (i - Math.floor(count / 2) + 0.5) / 4);
  return Array.from({ length: count }, (_, i) => left.splice(list[i % list.length]! % left.length, 1)[0]!);
}

const printable = (tensor: Tensor): Tensor =>
  Object.defineProperty(tensor, fc.toStringMethod, { value: () => printTensor(tensor) });
