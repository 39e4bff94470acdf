import * as fc from "fast-check";
import { expect, test } from "vitest";
import { broadcastShapes as shapesBroadcast, sizeOf } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { broadcastShapes, shape, tensor } from "../../src/testing/fast-check/index.ts";

const hostData = (x: Tensor): number[] => {
  const { source } = x.node;
  if (source?.kind !== "host") throw new Error("not on the host");
  return [...source.data];
};

test("shapes keep their bounds and shrink to the smallest", () => {
  fc.assert(
    fc.property(shape({ minRank: 1, maxRank: 3, minSize: 0, maxSize: 4 }), (s) => {
      expect(s.length).toBeGreaterThanOrEqual(1);
      expect(s.length).toBeLessThanOrEqual(3);
      expect(s.every((n) => n >= 0 && n <= 4)).toBe(true);
    }),
  );
  expect(fc.check(fc.property(shape(), () => false)).counterexample).toEqual([[]]);
  // [3] and [2, 2]: each step further is too small
  expect([[[3]], [[2, 2]]]).toContainEqual(fc.check(fc.property(shape(), (s) => sizeOf(s) < 3)).counterexample);
});

test("pairs broadcast to their result, by the language's own rule", () => {
  fc.assert(
    fc.property(broadcastShapes(), ({ a, b, result }) => {
      expect(shapesBroadcast("test", a, b)).toEqual(result);
    }),
    { numRuns: 500 },
  );
});

test("most pairs do broadcast, both ways, and by rank", () => {
  const pairs = fc.sample(broadcastShapes(), { numRuns: 1000, seed: 3 });
  const share = (holds: (pair: (typeof pairs)[number]) => boolean): number => pairs.filter(holds).length / pairs.length;
  expect(share(({ a, b }) => a.join() !== b.join())).toBeGreaterThan(0.6);
  expect(share(({ a, b }) => a.length < b.length)).toBeGreaterThan(0.1);
  expect(share(({ a, b }) => b.length < a.length)).toBeGreaterThan(0.1);
});

test("a VJP that forgets to sum a kept size-1 axis shrinks to a: [1], b: [2]", () => {
  const { counterexample } = fc.check(
    fc.property(broadcastShapes(), ({ a, result }) => a.length !== result.length || a.join() === result.join()),
    { seed: 5, numRuns: 500 },
  );
  expect(counterexample).toEqual([{ a: [1], b: [2], result: [2] }]);
});

test("nice values are eighths in ±4 and shrink to 0", () => {
  fc.assert(
    fc.property(tensor(shape()), (x) => {
      const data = hostData(x);
      expect(data).toHaveLength(sizeOf(x.shape));
      expect(data.every((value) => Number.isInteger(value * 8) && Math.abs(value) <= 4)).toBe(true);
    }),
  );
  const { counterexample } = fc.check(fc.property(tensor([2, 1]), () => false));
  expect(fc.stringify(counterexample)).toBe("[Tensor f32[2,1] on the host\n[[0],\n [0]]]");
});

test("separated values have no ties and no zeros, in every order", () => {
  const orders = new Set<string>();
  fc.assert(
    fc.property(tensor([3], { values: "separated" }), (x) => {
      const data = hostData(x);
      expect(new Set(data).size).toBe(3);
      expect(data).not.toContain(0);
      orders.add(data.join());
    }),
    { numRuns: 200 },
  );
  expect(orders.size).toBe(6);
  const { counterexample } = fc.check(fc.property(tensor([3], { values: "separated" }), () => false));
  expect(hostData(counterexample![0] as Tensor)).toEqual([-0.125, 0.125, 0.375]);
});
