import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hostLeaf } from "../../tensor/tensor.ts";
import { tensor } from "./tensor.ts";

/**
 * Indices into an axis: i32 tensors of 0 … below − 1. Shrinks to zeros.
 *
 * @param shape - one shape, or an arbitrary of shapes.
 * @param below - the axis's size.
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { arange, gather } from "deconfound";
 * import { checkGrads } from "deconfound/testing";
 * import { indices } from "deconfound/testing/fast-check";
 *
 * fc.assert(fc.property(indices([4], 3), (at) => checkGrads((x) => gather(x, at), [arange(3)])));
 * console.log("repeated indices add up"); // repeated indices add up
 * ```
 */
export function indices(shape: Shape | Arbitrary<Shape>, below: number): Arbitrary<Tensor<Shape, "i32">> {
  return tensor(shape, { dtype: "u32" }).chain((form) =>
    fc.array(fc.nat(below - 1), { minLength: 1, maxLength: 64, size: "max" }).map((list) => {
      const size = form.shape.reduce((total, n) => total * n, 1);
      const data = Int32Array.from({ length: size }, (_, i) => list[i % list.length]!);
      return hostLeaf({ shape: form.shape, dtype: "i32" }, data) as Tensor<Shape, "i32">;
    }),
  );
}
