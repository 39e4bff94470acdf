import { expect, test } from "vitest";
import type { Numbers } from "../../src/testing/index.ts";
import { checkGradsOf } from "../../src/testing/index.ts";

const total = (x: readonly number[], f: (v: number, i: number) => number): number =>
  x.reduce((sum, v, i) => sum + f(v, i), 0);

test("right gradients pass: lists, nests, numbers, typed arrays, promises, of any scale", async () => {
  const value = (x: number[]): number => total(x, (v, i) => Math.sin(v) * (i + 1));
  const gradient = (x: number[]): number[] => x.map((v, i) => Math.cos(v) * (i + 1));
  await checkGradsOf({ value, gradient }, [0.5, -2, 3]);
  await checkGradsOf({ value: async (x: number[]) => value(x), gradient: async (x) => gradient(x) }, [1e-6, 40]);
  await checkGradsOf({ value: Math.log, gradient: (x: number) => 1 / x }, 1e-5);
  await checkGradsOf({ value: (x: number) => 3 * x, gradient: () => 3 }, 1e8);
  type Pair = [number[], Float64Array];
  const product = ([a, b]: Pair): number => total(a, (v, i) => v * b[i]!);
  const back = ([a, b]: Pair): Numbers => [Array.from(b), Float64Array.from(a)];
  await checkGradsOf<Pair>({ value: product, gradient: back }, [[1, 2], Float64Array.of(3, 4)]);
  const single = (x: Float32Array): number => Math.fround(total(Array.from(x), (v) => Math.fround(v * v)));
  await checkGradsOf({ value: single, gradient: (x) => x.map((v) => 2 * v) }, Float32Array.of(0.3, -1.7, 2.2));
});

test("a wrong gradient: the element by its path, both numbers, the replay", async () => {
  const value = (x: number[][]): number => total(x.flat(), (v) => v ** 3);
  const gradient = (x: number[][]): number[][] =>
    x.map((row, r) => row.map((v, c) => (r === 1 && c === 0 ? 2 : 3) * v * v));
  const message = await checkGradsOf(
    { value, gradient },
    [
      [1, 2],
      [3, 4],
    ],
    { seed: 5 },
  ).catch((error: Error) => error.message);
  expect(message).toMatch(/^checkGradsOf: wrong gradient by x\[1\]\[0\]\n {2}given 18 {3}differences (?:27|26\.9)/);
  expect(message).toMatch(/replay with \{ seed: 5 \}\n {2}at check-grads-of\.test\.ts/);
  const rough = {
    value: (x: Float32Array) => Math.fround(x[0]! ** 2),
    gradient: (x: Float32Array) => x.map((v) => 2.2 * v),
  };
  await expect(checkGradsOf(rough, Float32Array.of(1.5))).rejects.toThrow(/wrong gradient by x\[0\]/);
});

test("kinks, poles and misuse are one clear line", async () => {
  await expect(checkGradsOf({ value: Math.abs, gradient: () => 1 }, 0)).rejects.toThrow(
    /differences do not settle|wrong/,
  );
  await expect(checkGradsOf({ value: Math.log, gradient: (x: number) => 1 / x }, 0)).rejects.toThrow(
    /cannot decide: the gradient by x is Infinity/,
  );
  const square = { value: (x: number[]) => total(x, (v) => v * v), gradient: (x: number[]) => x.map((v) => 2 * v) };
  await expect(checkGradsOf({ ...square, gradient: () => [1] }, [1, 2])).rejects.toThrow(/holds 1 numbers, x 2/);
  await expect(checkGradsOf({ ...square, value: () => "1" as never }, [1])).rejects.toThrow(/value\(x\) is "1"/);
  await expect(checkGradsOf(square, ["1"] as never)).rejects.toThrow(/x holds "1"/);
  await expect(checkGradsOf(square, [])).rejects.toThrow(/x holds no number/);
  await expect(checkGradsOf({ value: square.value } as never, [1])).rejects.toThrow(/its gradient is missing/);
  await expect(checkGradsOf(square, [1], { order: 2 } as never)).rejects.toThrow(/there is no option order/);
});
