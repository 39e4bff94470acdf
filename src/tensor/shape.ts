import { describe } from "./describe.ts";
import { ShapeError } from "./errors.ts";
import { captureSite } from "./site.ts";

export type Shape = readonly number[];

/** Number of elements; 1 for rank 0. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

/** `[2,3]`, as error texts write it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/** Checks sizes given by a user: non-negative integers. */
export function checkShape(op: string, shape: Shape): void {
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0 || Object.is(n, -0)) {
      throw new ShapeError(
        `${op}: a size must be a non-negative integer, not ${describe(n)}`,
        [`in shape ${formatShape(shape)}`],
        captureSite(),
      );
    }
  }
}

/** Maps a possibly negative axis to 0 … rank−1. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range = rank === 0 ? "rank 0 has no axes" : `expects ${-rank} … ${rank - 1}`;
    throw new ShapeError(`${op}: axis ${axis} does not exist in rank ${rank}`, [range], captureSite());
  }
  return axis < 0 ? axis + rank : axis + 0; // −0 becomes 0
}

export type AxisOption = number | readonly number[];

/** Sorted distinct axes; all of them when undefined. */
export function normalizeAxes(op: string, axis: AxisOption | undefined, rank: number): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const axes = (typeof axis === "number" ? [axis] : [...axis]).map((a) => normalizeAxis(op, a, rank));
  if (new Set(axes).size !== axes.length) {
    throw new ShapeError(`${op}: axis ${formatShape(axes)} names an axis twice`, [], captureSite());
  }
  return axes.sort((a, b) => a - b);
}

/** NumPy broadcasting, right-aligned. @throws ShapeError naming the first axis that differs. */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (let back = 1; back <= rank; back++) {
    for (const shape of shapes) {
      const n = shape[shape.length - back] ?? 1;
      const have = result[rank - back]!;
      if (n === have || n === 1) continue;
      if (have !== 1) {
        throw new ShapeError(
          `${op}: shapes ${shapes.map(formatShape).join(" and ")} do not broadcast`,
          [`axis ${-back} has sizes ${have} and ${n}; sizes must be equal or 1`],
          captureSite(),
        );
      }
      result[rank - back] = n;
    }
  }
  return result;
}
