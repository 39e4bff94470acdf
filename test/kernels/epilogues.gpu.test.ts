import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import {
  add,
  conv2d,
  cos,
  div,
  matmul,
  moments,
  mul,
  relu,
  reshape,
  sqrt,
  sub,
  sum,
  transpose,
} from "../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";

/** Values in −1 … 1. */
const ramp = (shape: readonly number[], phase: number): AnyTensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.7 * i + phase)),
    { shape },
  );

/** Elementwise work on y, which has z's shape: what an epilogue may hold, and what it must leave outside. */
const tails: readonly ((y: AnyTensor, z: AnyTensor) => AnyTensor | readonly AnyTensor[])[] = [
  (y, z) => add(y, z),
  (y) => relu(add(y, ramp([y.shape.at(-1)!], 1))),
  (y, z) => mul(y, relu(z)),
  (y, z) => [add(y, z), relu(sub(y, z)), y],
  (y, z) => [sum(add(y, z)), mul(add(y, z), z)],
  (y) => add(y, mul(cos(sum(y) as never), y)), // the sum needs every element before the first can be stored
  (y) => add(y, reshape(transpose(reshape(y, [y.shape[0]!, -1])), y.shape)), // elements of others
  (y, z) => mul(reshape(y, [-1]), reshape(z, [-1])),
  (y, z) => add(add(y, z), matmulLike(y)),
];

/** A second product of the same form, from the first. */
function matmulLike(y: AnyTensor): AnyTensor {
  const channels = y.shape.at(-1)!;
  return reshape(matmul(reshape(y, [-1, channels]), ramp([channels, channels], 3)), y.shape);
}

const sides = fc.constantFrom(1, 3, 4, 7, 16, 20);

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`epilogues agree with the float64 reference, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    /** |Δ| ≤ n·u·(terms below an element) for values of order 1. */
    async function agree(programs: readonly AnyTensor[], terms: number): Promise<void> {
      const gpu = await device.evaluate(programs);
      const exact = evaluateReference(programs);
      for (const [at, program] of programs.entries()) {
        const [got, wanted] = [await gpu[at]!.data(), await exact[at]!.data()];
        const largest = Math.max(1, ...Array.from(wanted, Math.abs));
        wanted.forEach((value, i) => {
          expect(Math.abs(got[i]! - value), `${program.shape} [${i}]`).toBeLessThanOrEqual(
            terms * 2 ** -23 * Math.max(largest, terms),
          );
        });
      }
    }

    it("after products of any size", async () => {
      await fc.assert(
        fc.asyncProperty(sides, sides, sides, fc.nat(tails.length - 1), async (m, k, n, tail) => {
          const y = matmul(ramp([m, k], 0), ramp([k, n], 1));
          await agree([tails[tail]!(y, ramp([m, n], 2))].flat(), 4 * (k + m * n));
        }),
        { numRuns: 12 },
      );
    });

    it("after mean and variance", async () => {
      await fc.assert(
        fc.asyncProperty(sides, sides, async (rows, columns) => {
          const { mean, variance } = moments(ramp([rows, 3, columns], 0), { axis: [0, 1] });
          const [z, epsilon] = [ramp([columns], 2), 1e-3];
          const scale = div(z, sqrt(add(variance, epsilon) as never));
          const programs = [add(mul(mean, 0.9), z), sub(variance, mean), scale, sub(z, mul(mean, scale))];
          await agree(programs, 32 * 3 * rows);
        }),
        { numRuns: 6 },
      );
    });

    it("after convolutions and their gradients", async () => {
      await fc.assert(
        fc.asyncProperty(
          sides,
          sides,
          fc.integer({ min: 1, max: 2 }),
          fc.nat(tails.length - 1),
          async (c, k, s, tail) => {
            const y = conv2d(ramp([2, 5, 6, c], 0), ramp([3, 3, c, k], 1), { stride: s, padding: "same" });
            await agree([tails[tail]!(y, ramp(y.shape, 2))].flat(), 4 * (9 * c + sizeOf(y.shape)));
          },
        ),
        { numRuns: 6 },
      );
    });
  });
}
