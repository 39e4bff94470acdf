import { expect } from "vitest";
import { flattenTree } from "../../src/tensor/tree.ts";

/** All numbers of a tree's tensors, one after another. */
export async function numbersOf(tree: unknown): Promise<number[]> {
  const data = await Promise.all(flattenTree(tree).map((tensor) => tensor.data()));
  return data.flatMap((values) => Array.from(values));
}

/** Equal up to a relative tolerance; NaN equals NaN, and infinities only themselves. */
export function expectNumbers(got: readonly number[], want: readonly number[], tolerance: number = 2 ** -22): void {
  const isNear = (value: number, i: number): boolean =>
    Object.is(value, want[i]) || value === want[i] || Math.abs(value - want[i]!) <= tolerance * Math.abs(want[i]!);
  expect(got.length, `got ${got}`).toBe(want.length);
  const wrong = got.flatMap((value, i) => (isNear(value, i) ? [] : [`[${i}] is ${value}, not ${want[i]}`]));
  expect(wrong, `got ${got}`).toEqual([]);
}
