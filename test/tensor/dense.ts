import fc from "fast-check";
import { computeValues, valueOf } from "../../src/tensor/reference.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** Row-major values in float64; −0 is 0, since WGSL may drop the sign. */
export function valuesOf(x: AnyTensor): number[] {
  return Array.from(valueOf(computeValues([x], "f64"), x), (value) => value + 0);
}

/** Every coordinate of a shape, row-major. */
export function coordinatesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (lists, n) => lists.flatMap((c) => Array.from({ length: n }, (_, i) => [...c, i])),
    [[]],
  );
}

/** Row-major place of a coordinate. */
export const placeOf = (shape: Shape, at: readonly number[]): number =>
  at.reduce((place, i, axis) => place * shape[axis]! + i, 0);

/** 0, 1, 2, … in a shape: every element tells where it comes from. */
export function counting(shape: Shape): AnyTensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    { shape },
  );
}

/** Shapes of rank `from` … `to` with sizes 0 … 4, empty ones rare. */
export function shapes(from: number, to: number): fc.Arbitrary<number[]> {
  const size = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  return fc.array(size, { minLength: from, maxLength: to });
}

/** A shape with one of its axes, counted from either end. */
export const shapesWithAxis: fc.Arbitrary<{ shape: number[]; axis: number }> = shapes(1, 6).chain((shape) =>
  fc.record({ shape: fc.constant(shape), axis: fc.integer({ min: -shape.length, max: shape.length - 1 }) }),
);

/** Eighths: exact in f32 and short in messages. */
export const eighths: fc.Arbitrary<number> = fc.integer({ min: -32, max: 32 }).map((k) => k / 8);

/** A tensor of a shape, filled with eighths. */
export function tensorOf(shape: Shape): fc.Arbitrary<AnyTensor> {
  const size = sizeOf(shape);
  return fc
    .array(eighths, { minLength: size, maxLength: size })
    .map((data) => tensor(Float32Array.from(data), { shape }));
}

/** Fixed seed; fast-check prints it with the path of the smallest failing case. */
export function check<T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void, numRuns = 100): void {
  fc.assert(fc.property(arbitrary, predicate), { seed: 20260101, numRuns });
}
