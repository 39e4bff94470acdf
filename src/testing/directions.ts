import { sizeOf } from "../tensor/shape.ts";
import type { AnyTensor, TensorType } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { threefryBlock } from "../tensor/threefry.ts";
import { hostValues } from "./inner-product.ts";

/** Random tensors in double precision, elements uniform in ±[½, 1] so that none is lost in a projection. */
export function directions(types: readonly TensorType[], seed: number, stream: number): AnyTensor[] {
  let next = 0;
  return types.map(({ shape }) => {
    const values = new Float64Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) {
      const [word] = threefryBlock([seed, stream], [0, next++]);
      const u = word / 2 ** 32;
      values[i] = u < 0.5 ? -0.5 - u : u;
    }
    return hostLeaf({ shape, dtype: "f32" }, values);
  });
}

/**
 * Directions as long, element by element, as the inputs are large: they weigh inputs of different scales alike. An element that is
 * 0 moves like the largest of its tensor.
 */
export function scaledDirections(inputs: readonly AnyTensor[], seed: number, stream: number): AnyTensor[] {
  return directions(inputs, seed, stream).map((direction, k) => {
    const x = hostValues(inputs[k]!);
    const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    return hostLeaf(
      direction,
      hostValues(direction).map((u, i) => u * (Math.abs(x[i]!) || largest)),
    );
  });
}
