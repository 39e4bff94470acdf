import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import {
  add,
  all,
  any,
  argmax,
  cast,
  concat,
  flip,
  greater,
  matmul,
  max,
  maximum,
  min,
  mul,
  pad,
  prod,
  reshape,
  roll,
  slice,
  sub,
  sum,
  tanh,
  transpose,
  where,
} from "../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { formatType, tensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";

/** Distinct values of either sign, a few units large. */
const ramp = (shape: readonly number[], phase = 0): AnyTensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.7 * i + phase) * 2),
    { shape },
  );

for (const [variant, open] of Object.entries(openers))
  describeGpu(`generated kernels against the float64 reference, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    /** |Δ| ≤ n·u·Σ|terms|, n and the terms bounded by the sizes and values that these programs have. */
    async function agree(program: AnyTensor, terms: number): Promise<void> {
      const [gpu, exact] = [await (await device.evaluate(program)).data(), await evaluateReference(program).data()];
      const largest = Math.max(1, ...Array.from(exact, Math.abs));
      const allowed = terms * 2 ** -23 * Math.max(largest, 2 * terms);
      gpu.forEach((value: number, i: number) => {
        if (!(Math.abs(value - exact[i]!) <= allowed)) {
          throw new Error(`${formatType(program)} element ${i}: ${value}, exactly ${exact[i]}, allowed ${allowed}`);
        }
      });
    }

    const edges = [1, 2, 3, 4, 5, 63, 64, 65, 255, 256, 257, 1025];
    it.each(edges)("elementwise over %i elements, plain and by rows", async (n) => {
      await agree(tanh(add(ramp([n]), 0.5)), 64);
      await agree(add(mul(ramp([n, 6]), ramp([6])), ramp([n, 1], 1)), 4);
      await agree(sub(mul(ramp([6, n]), ramp([n])), ramp([6, 1], 1)), 4);
    });

    it.each([1, 2, 3, 5, 6, 7])("%i elements, padded to whole words", async (n) => {
      await agree(mul(pad(ramp([n]), { padding: [[0, 8 - n]], value: 2 }), 3), 4);
      await agree(
        sum(
          mul(
            pad(ramp([n, 6]), {
              padding: [
                [0, 8 - n],
                [0, 2],
              ],
              value: 2,
            }),
            3,
          ),
          { axis: 0 },
        ),
        64,
      );
      await agree(mul(concat([ramp([4]), ramp([n])], { axis: 0 }), slice(ramp([4 + n + 1]), { axis: 0, start: 1 })), 4);
    });

    it.each(edges)("reductions of %i rows, over every axis", async (n) => {
      for (const shape of [
        [n, 5],
        [n, 8],
      ]) {
        for (const axis of [0, 1, [0, 1]]) {
          const terms = typeof axis === "object" ? sizeOf(shape) : shape[axis]!;
          await agree(sum(mul(ramp(shape), 1.5), { axis }), terms + 1);
          await agree(max(ramp(shape), { axis }), 1);
        }
      }
      await agree(min(ramp([3, n, 4]), { axis: 1 }), 1);
      await agree(sum(ramp([3, n, 4]), { axis: [0, 2] }), 16);
      await agree(prod(maximum(ramp([Math.min(n, 65), 2]), 0.9), { axis: 0 }), 256);
    });

    it.each([1, 5, 64, 257, 20_000])("what follows sums of %i rows", async (n) => {
      const rows = Math.min(n, 1025); // float64 sums of more take long
      for (const [shape, axis] of [
        [[n, 8], 0],
        [[n, 6, 2], 0],
        [[3, 2, rows], 2],
        [[5, rows, 4], 1],
      ] as const) {
        const [x, y] = [ramp(shape), ramp(shape, 1)];
        const total = sum(x, { axis });
        const weight = ramp([total.shape[0]!, 1], 2); // broadcast along the last axis that is kept
        const other = sum(mul(x, y), { axis });
        const terms = shape[axis]! + 4;
        await agree(sub(mul(total, 0.5), mul(add(other, 1), weight)), terms);
        await agree(where(any(greater(x, 1.99), { axis }), total, weight), terms);
        await agree(reshape(maximum(max(x, { axis }), weight), [-1]), 1);
      }
    });

    it("reduces integers, bools, and splits long rows", async () => {
      const counts = tensor(
        Int32Array.from({ length: 70_000 }, (_, i) => i % 7),
        { shape: [35_000, 2] },
      );
      const twice = tensor(
        Uint32Array.from({ length: 70_000 }, (_, i) => i),
        { shape: [2, 35_000] },
      );
      const results = {
        columns: sum(counts, { axis: 0 }),
        rows: sum(twice, { axis: 1 }),
        any: any(greater(counts, 6), { axis: 0 }),
        all: all(greater(add(counts, 1), 0)),
        first: argmax(ramp([9, 300]), { axis: 1 }),
      };
      const [gpu, exact] = [await device.evaluate(results), evaluateReference(results)];
      for (const key of Object.keys(results) as (keyof typeof results)[]) {
        expect([key, ...(await gpu[key].data())]).toEqual([key, ...(await exact[key].data())]);
      }
    });

    it("stores packed types at every length", async () => {
      for (const n of [1, 2, 3, 4, 5, 7, 66]) {
        const bytes = cast(mul(tensor(Array.from({ length: n }, (_, i) => i)), 3), "u8");
        const halves = cast(ramp([n]), "f16");
        const tree = { bytes: cast(flip(bytes), "f32"), halves: cast(flip(halves), "f32"), raw: bytes, half: halves };
        const [gpu, exact] = [await device.evaluate(tree), evaluateReference(tree)];
        for (const key of ["bytes", "halves", "raw", "half"] as const) {
          expect([n, key, ...(await gpu[key].data())]).toEqual([n, key, ...(await exact[key].data())]);
        }
      }
    });

    it("computes with tensors of no elements", async () => {
      const none = ramp([0, 3]);
      const results = {
        same: add(none, 1),
        columns: sum(none, { axis: 0 }),
        rows: sum(none, { axis: 1 }),
        all: sum(none),
        product: prod(none, { axis: 0 }),
        every: all(greater(none, 0), { axis: 0 }),
        joined: concat([none, ramp([2, 3])], { axis: 0 }),
        cut: slice(ramp([2, 3]), { axis: 0, start: 1, stop: 1 }),
        padded: pad(none, {
          padding: [
            [1, 1],
            [0, 0],
          ],
          value: 2,
        }),
        inner: matmul(ramp([2, 0]), ramp([0, 3])),
        outer: matmul(ramp([0, 2]), ramp([2, 3])),
      };
      const [gpu, exact] = [await device.evaluate(results), evaluateReference(results)];
      for (const key of Object.keys(results) as (keyof typeof results)[]) {
        expect([key, gpu[key].shape, ...(await gpu[key].data())]).toEqual(
          [key, exact[key].shape, ...(await exact[key].data())].map((v) =>
            typeof v === "number" ? Math.fround(v) : v,
          ),
        );
      }
    });

    /** Random layouts, broadcasts and reductions on top of each other: what the fuser folds into loads. */
    const program = fc.record({
      shape: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
      steps: fc.array(fc.tuple(fc.nat(10), fc.nat(100), fc.nat(100)), { minLength: 1, maxLength: 9 }),
    });
    const build = ({ shape, steps }: { shape: number[]; steps: [number, number, number][] }): AnyTensor => {
      let x = ramp(shape);
      for (const [kind, i, j] of steps) {
        const rank = x.shape.length;
        if (rank === 0 || sizeOf(x.shape) > 4000) {
          x = add(x, 1);
          continue;
        }
        const axis = i % rank;
        const n = x.shape[axis]!;
        const moves: (() => AnyTensor)[] = [
          () => transpose(x, { axes: x.shape.map((_, a) => (a + i) % rank) }),
          () => reshape(x, j % 2 === 0 ? [-1] : [n, -1]),
          () => slice(x, { axis, start: j % n, step: i % 3 === 2 ? -1 : 1 + (j % 2) }),
          () => pad(x, { padding: x.shape.map((_, a) => (a === axis ? [j % 3, i % 2] : [0, 0])), value: 0.5 }),
          () => flip(x, { axis }),
          () => roll(x, { shift: j, axis }),
          () => concat([x, mul(x, 0.5)], { axis }),
          () => sum(x, { axis, keepDims: j % 2 === 0 }),
          () => mul(x, sum(x, { axis, keepDims: true })),
          () => where(greater(x, 0.1), x, sub(1, x)),
          () => max(x, { axis, keepDims: true }),
        ];
        x = mul(moves[kind]!(), 0.5);
      }
      return x;
    };

    it("agree on random programs", { timeout: 200_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(program, (p) => agree(build(p), 400)),
        { numRuns: 12, interruptAfterTimeLimit: 150_000 },
      );
    });
  });
