import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { apply1 } from "../../src/tensor/op.ts";
import type { ElementwiseName } from "../../src/tensor/ops/elementwise-records.ts";
import { elementwiseOps } from "../../src/tensor/ops/elementwise-records.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { scalarTable } from "../../src/tensor/scalar/table.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { hostLeaf } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";

const ulp = 2 ** -23;
const smallestNormal = 2 ** -126;
const largest = 3.4028234663852886e38;

/** |Δ| allowed for a result y of the operands, beyond which the GPU is wrong; from the WGSL accuracy table, over the whole range of f32. */
type Allowed = (y: number, a: number, b: number) => number;
const relative =
  (count: number): Allowed =>
  (y) =>
    count * ulp * Math.abs(y);
const exponential =
  (rest: number): Allowed =>
  (y, x) =>
    (rest + 2 * Math.abs(x)) * ulp * Math.abs(y);
/** ln and log2 have 3 units in the last place outside [1/2, 2], 2⁻²¹ inside. */
const logarithm: Allowed = (y, x) => (x >= 0.5 && x <= 2 ? 2 ** -21 : 3 * ulp * Math.abs(y));
/** exp2(b·log2 a): the errors of the logarithm and of the product count |b| and |b·log2 a| times. */
const power: Allowed = (y, a, b) => {
  const log = Math.log2(Math.abs(a));
  const exponent = Math.abs(b * log);
  const wrong = Math.LN2 * (Math.abs(b) * logarithm(log, Math.abs(a), 0) + exponent * ulp) + (3 + 2 * exponent) * ulp;
  return Math.expm1(wrong) * Math.abs(y);
};

const allowed: Partial<Record<ElementwiseName, Allowed>> = {
  div: relative(2.5),
  pow: power,
  exp: exponential(3),
  exp2: exponential(3),
  expm1: (y, x) => exponential(8)(y, x, 0) + (x < 0 ? 4 * ulp * Math.abs(y) : 0),
  log: logarithm,
  log2: logarithm,
  log1p: relative(8),
  sinh: exponential(8),
  cosh: exponential(8),
  asinh: relative(16),
  acosh: relative(16),
  atan2: relative(8),
  // a difference of numbers up to 11, or of x·ln x where x < 0
  lgamma: (y, x) => 2 ** -18 + 16 * ulp * (Math.abs(y) + (x < 0 ? Math.abs(x) * Math.log(2 + Math.abs(x)) : 0)),
  sqrt: relative(5),
  rsqrt: relative(2),
  sin: () => 2 ** -21,
  cos: () => 2 ** -21,
  tanh: relative(12),
  sigmoid: (y, x) => (6 + 2 * Math.abs(x)) * ulp * y,
  softplus: (y, x) => (12 + 2 * Math.abs(Math.min(x, 0))) * ulp * y,
  // sums of terms: of a few units for order 0, of those of the nearest pole on either side of it for the others
  polygamma: (y, order, x) => {
    const [n, distance] = [Math.floor(order + 0.5), Math.abs(x - Math.round(x))];
    let terms = n === 0 ? 1 : x < 0 ? 2 / distance : 0;
    for (let i = 1; i <= n && x < 0; i++) terms *= i / distance;
    return 64 * ulp * (Math.abs(y) + terms);
  },
  erf: relative(4),
  erfInv: relative(16),
  floorDiv: (y) => (Math.abs(y) < 2 ** 24 ? 0 : 3 * ulp * Math.abs(y)),
};

const words = (count: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.nat(0xffffffff), { minLength: count, maxLength: count })
    .map((bits) => new Float32Array(Uint32Array.from(bits).buffer));
/** Numbers of a few units beside those of any size: where functions change. */
const operands = (count: number): fc.Arbitrary<Float32Array> =>
  fc
    .tuple(
      words(count),
      fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: count, maxLength: count }),
    )
    .map(([any, near]) => any.map((value, i) => (i % 2 === 0 ? value : near[i]!)));

const names = (Object.keys(elementwiseOps) as ElementwiseName[]).filter((name) =>
  scalarTable[name].dtypes.includes("f32"),
);
const sizes = [512, 257]; // by fours, and one by one

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`scalar functions over the whole range of f32, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    it.each(names)("%s", async (name) => {
      const op = elementwiseOps[name];
      const arity = scalarTable[name].domains.length;
      for (const size of sizes) {
        await fc.assert(
          fc.asyncProperty(fc.tuple(operands(size), operands(size)), async (pair) => {
            const data = pair.slice(0, arity);
            const tensors = data.map((values) => hostLeaf({ shape: [size], dtype: "f32" }, values));
            const got = await (await device.evaluate(apply1(op, tensors, null))).data();
            expect(await wrongElements(name, data, got)).toEqual([]);
          }),
          { numRuns: 3, endOnFailure: true },
        );
      }
    });
  });
}

/**
 * Elements beyond what is allowed of the float64 reference. Of subnormal operands nothing is asked but NaN where the reference has NaN:
 * WGSL lets them count as zero. A subnormal result may be zero, and the largest f32 infinite, within the bound.
 */
async function wrongElements(
  name: ElementwiseName,
  data: readonly Float32Array[],
  got: ArrayLike<number>,
): Promise<string[]> {
  const tensors = data.map((values): AnyTensor => hostLeaf({ shape: [values.length], dtype: "f32" }, values));
  const exact = await evaluateReference(apply1(elementwiseOps[name], tensors, null)).data();
  const bound = allowed[name] ?? relative(scalarTable[name].accuracy.relative / ulp);
  const isRight = (value: number, y: number, operands: readonly number[]): boolean => {
    if (operands.some((x) => x !== 0 && Math.abs(x) < smallestNormal)) return Number.isNaN(value) === Number.isNaN(y);
    if (Object.is(value, y) || value === y) return true;
    const [a, b = 0] = operands as [number, number?];
    const slack = Number.isFinite(y) ? bound(y, a, b) + smallestNormal : 0;
    if (!Number.isFinite(value)) return Math.sign(y) === Math.sign(value) && Math.abs(y) + slack >= largest;
    return Math.abs(value - y) <= slack;
  };
  const wrong = Array.from(got).flatMap((value, i) => {
    const operands = data.map((values) => values[i]!);
    return isRight(value, exact[i]!, operands) ? [] : [`${name}(${operands}) = ${value}, not ${exact[i]}`];
  });
  return wrong.slice(0, 5);
}
