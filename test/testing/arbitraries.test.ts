import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { DType } from "../../src/tensor/dtype.ts";
import { dtypes } from "../../src/tensor/dtype.ts";
import { conv2d, matmul, ones, sum } from "../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { broadcastShapes as shapesBroadcast } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import * as arbitrary from "../../src/testing/fast-check/index.ts";
import { records } from "../support/records.ts";

const dataOf = (x: AnyTensor): number[] => {
  const { source } = x.node;
  return source?.kind === "host" ? [...source.data] : [];
};

const holds: Readonly<Record<DType, (value: number) => boolean>> = {
  f32: (x) => Number.isInteger(x * 8),
  f16: (x) => Number.isInteger(x * 8),
  i32: Number.isInteger,
  u32: (x) => Number.isInteger(x) && x >= 0,
  u8: (x) => Number.isInteger(x) && x >= 0 && x < 256,
  bool: (x) => x === 0 || x === 1,
};

test.each(dtypes)("%s tensors hold what the dtype has, and shrink to zeros", (dtype) => {
  const drawn = arbitrary.tensor(arbitrary.shape(), { dtype });
  fc.assert(fc.property(drawn, (x) => x.dtype === dtype && dataOf(x).every(holds[dtype])));
  const { counterexample } = fc.check(fc.property(arbitrary.tensor([2], { dtype }), () => false));
  expect(dataOf(counterexample![0] as AnyTensor)).toEqual([0, 0]);
});

test("seeded values are standard normals times the scale; extreme ones are", () => {
  const [x] = fc.sample(arbitrary.tensor([5000], { values: "seeded", scale: 10 }), { numRuns: 1, seed: 4 });
  const values = dataOf(x!);
  const mean = values.reduce((total, v) => total + v, 0) / 5000;
  const variance = values.reduce((total, v) => total + (v - mean) ** 2, 0) / 5000;
  expect(Math.abs(mean)).toBeLessThan(0.6); // 4 standard errors
  expect(Math.abs(variance / 100 - 1)).toBeLessThan(0.08);
  const all = fc.sample(arbitrary.tensor([30], { values: "extreme" }), { numRuns: 20, seed: 4 }).flatMap(dataOf);
  expect(Math.max(...all)).toBe(Math.fround(1e30));
  expect(all).toContain(-80);
});

test("shapes of many operands broadcast by the language's own rule, and most do", () => {
  fc.assert(
    fc.property(arbitrary.manyBroadcastShapes(3), ({ shapes, result }) => {
      expect(shapesBroadcast("test", ...shapes)).toEqual(result);
    }),
  );
  const drawn = fc.sample(arbitrary.manyBroadcastShapes(3), { numRuns: 300, seed: 2 });
  expect(drawn.filter(({ shapes }) => new Set(shapes.map(String)).size > 1).length).toBeGreaterThan(150);
});

test("cases fit the ops that they are for, and shrink to the smallest", () => {
  fc.assert(
    fc.property(arbitrary.matmulCase(), ({ a, b, result }) => {
      expect(matmul(ones(a), ones(b)).shape).toEqual(result);
    }),
  );
  fc.assert(
    fc.property(arbitrary.convCase(), ({ x, w, options }) => {
      expect(conv2d(ones(x), ones(w), options).shape.every((n) => n > 0)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(arbitrary.reduceCase(), ({ shape, options }) => {
      const rank = shape.length - (options.keepDims ? 0 : options.axis.length);
      expect(sum(ones(shape), options).shape).toHaveLength(rank);
    }),
  );
  const smallest = (drawn: fc.Arbitrary<unknown>): unknown =>
    fc.check(fc.property(drawn, () => false)).counterexample![0];
  expect(smallest(arbitrary.matmulCase())).toEqual({ a: [1, 1], b: [1, 1], result: [1, 1] });
  expect(smallest(arbitrary.convCase())).toMatchObject({
    x: [1, 1, 1, 1],
    w: [1, 1, 1, 1],
    options: { padding: "valid" },
  });
  expect(smallest(arbitrary.reduceCase())).toEqual({ shape: [1], options: { axis: [], keepDims: false } });
});

test("indices stay below, keys repeat, trees keep their form, batches are paired", () => {
  fc.assert(fc.property(arbitrary.indices([3, 2], 4), (at) => dataOf(at).every((i) => i >= 0 && i < 4)));
  fc.assert(fc.property(arbitrary.key(), (key) => key.dtype === "u32" && key.shape.join() === "2"));
  const schema = {
    layers: [{ w: arbitrary.tensor([2, 3]) }, { w: arbitrary.tensor([1]) }],
    key: arbitrary.key(),
  } as const;
  fc.assert(
    fc.property(arbitrary.tree(schema), ({ layers: [first, second], key }) => {
      return first.w.shape.join() === "2,3" && second.w.shape.join() === "1" && key.dtype === "u32";
    }),
  );
  fc.assert(fc.property(arbitrary.scores(), ({ shape: [n, m] }) => n === m && n! >= 2));
  fc.assert(fc.property(arbitrary.pairedBatch(), ({ x, y }) => x.shape[0] === y.shape[0] && x.shape[0]! >= 2));
});

test("programs are well typed, run again on their inputs, use many records, and shrink to one op", () => {
  const used = new Set<string>();
  fc.assert(
    fc.property(arbitrary.programs({ ops: records, maxOps: 12 }), ({ run, inputs, ops }) => {
      for (const op of ops) used.add(op);
      const [first, again] = [run(...inputs), run(...inputs)].map((results) => evaluateReference(results).map(dataOf));
      expect(first).toEqual(again);
    }),
    { numRuns: 60, seed: 3 },
  );
  expect(used.size).toBeGreaterThan(50);
  const hasExp = fc.property(arbitrary.programs(), ({ ops }) => !ops.includes("exp"));
  const { counterexample } = fc.check(hasExp, { seed: 1, numRuns: 300 });
  expect((counterexample![0] as arbitrary.RandomProgram).ops).toEqual(["exp"]);
  expect(fc.stringify(counterexample![0])).toMatch(/^1 op\n%0 = host[\s\S]*exp\(%\d\)[\s\S]*return /);
});
