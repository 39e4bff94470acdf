import type { Shape } from "../src/tensor/shape.ts";
import { sizeOf } from "../src/tensor/shape.ts";
import type { Input } from "./work.ts";

/** xorshift32: fast, and good enough for operands of which only the size of the sums matters. */
function draws(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** An f32 input, uniform in [−scale, scale). */
export function uniformInput(shape: Shape, seed: number, scale = 1): Input {
  return {
    shape,
    dtype: "f32",
    values: () => {
      const draw = draws(seed);
      const values = new Float32Array(sizeOf(shape));
      for (let i = 0; i < values.length; i++) values[i] = (2 * draw() - 1) * scale;
      return values;
    },
  };
}

/** Labels 0 … classes − 1 in turn. */
export function labelsInput(count: number, classes: number): Input {
  return {
    shape: [count],
    dtype: "i32",
    values: () => Int32Array.from({ length: count }, (_, i) => (7 * i) % classes),
  };
}

/** `count` different flat indices below `size`, the first and the last among them. */
export function spreadIndices(size: number, count: number): number[] {
  const step = (size - 1) / Math.max(1, Math.min(count, size) - 1);
  return [...new Set(Array.from({ length: Math.min(count, size) }, (_, i) => Math.round(i * step)))];
}
