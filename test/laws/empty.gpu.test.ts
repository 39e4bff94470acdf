import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import type { Op, Sample } from "../../src/tensor/op.ts";
import { apply } from "../../src/tensor/op.ts";
import {
  concat,
  conv2d,
  einsum,
  matmul,
  pad,
  scatterAdd,
  softmax,
  stack,
  sum,
  tile,
} from "../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { formatType, tensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { expectNumbers, numbersOf } from "../support/numbers.ts";
import type { Case } from "./sampling.ts";
import { cases, paramsText, sampleInputs } from "./sampling.ts";

const sized = new Set(["shape", "size", "inputShape", "weightShape"]);

/** Sizes among params, where they are `from`, become 0. */
function emptied(params: unknown, from: number): unknown {
  if (typeof params !== "object" || params === null) return params;
  const change = (value: unknown): unknown => (Array.isArray(value) ? value.map(change) : value === from ? 0 : value);
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, sized.has(key) ? change(value) : value]),
  );
}

/** Whether the shape rule takes this call, and it has an input or output without elements. */
function isEmptyCall(op: Op, sample: Sample<unknown>): boolean {
  try {
    const outputs = op.infer(sample.inputs, sample.params);
    return [...sample.inputs, ...outputs].some(({ shape }) => sizeOf(shape) === 0);
  } catch {
    return false;
  }
}

/** A case with each of its sizes, in one input or in all, replaced by 0, wherever the shape rule allows it. */
function emptyCases({ op, sample, seed }: Case): Case[] {
  const sizes = new Set(sample.inputs.flatMap(({ shape }) => shape));
  const found = new Map<string, Case>();
  for (const size of sizes) {
    for (const which of [-1, ...sample.inputs.keys()]) {
      for (const params of [sample.params, emptied(sample.params, size)]) {
        const inputs = sample.inputs.map((type, i) =>
          which < 0 || which === i ? { ...type, shape: type.shape.map((n) => (n === size ? 0 : n)) } : type,
        );
        const title = `${op.name}(${inputs.map(formatType).join(", ")}) ${paramsText(params)}`;
        const one = { title, op, sample: { inputs, params }, seed };
        if (isEmptyCall(op, one.sample)) found.set(title, one);
      }
    }
  }
  return [...found.values()];
}

const list = [
  ...new Map(
    cases()
      .flatMap(emptyCases)
      .map((one) => [one.title, one]),
  ).values(),
];
const f32 = (...shape: number[]): AnyTensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i + 1),
    { shape },
  ) as AnyTensor;

/** Functions that are not records: what they join, sum and multiply is empty here and there. */
const composed: readonly (readonly [string, () => readonly AnyTensor[]])[] = [
  ["concat", () => [concat([f32(0, 4), f32(2, 4), f32(0, 4)]), concat([f32(3, 0), f32(3, 0)], { axis: 1 })]],
  ["stack", () => [stack([f32(0, 4), f32(0, 4)]), stack([f32(4), f32(4)])]],
  [
    "tile and pad",
    () => [
      tile(f32(0, 4), { repeats: [2, 3] }),
      pad(f32(0, 4), { padding: 1, value: 7 }),
      pad(f32(2, 0), {
        padding: [
          [0, 0],
          [4, 4],
        ],
      }),
    ],
  ],
  ["sums", () => [sum(f32(0, 8), { axis: 0 }), sum(f32(8, 0), { axis: 1 }), sum(f32(0, 4, 4), { axis: [0, 2] })]],
  [
    "products",
    () => [matmul(f32(4, 0), f32(0, 8)), matmul(f32(0, 4), f32(4, 8)), einsum("ij,jk->ik", f32(4, 0), f32(0, 4))],
  ],
  ["convolution", () => [conv2d(f32(0, 4, 4, 4), f32(3, 3, 4, 4)), conv2d(f32(1, 4, 4, 0), f32(3, 3, 0, 4))]],
  ["softmax and scatter", () => [softmax(f32(4, 0)), scatterAdd(f32(0, 4), tensor(new Int32Array(0)), { size: 4 })]],
];

describe("calls without elements", () => {
  it("are many, of many records", () => {
    expect(list.length).toBeGreaterThan(250);
    expect(new Set(list.map(({ op }) => op.name)).size).toBeGreaterThan(60);
  });
});

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`kernels take what has no elements, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    /** Compares a program of inputs, all of them arguments, with the reference. */
    async function check(
      f: (...inputs: AnyTensor[]) => readonly AnyTensor[],
      inputs: readonly AnyTensor[],
    ): Promise<void> {
      const exact = await numbersOf(evaluateReference(f(...inputs)));
      const outputs = await device.compile(f)(...inputs);
      expect(outputs.map(({ shape }) => shape)).toEqual(f(...inputs).map(({ shape }) => shape));
      expectNumbers(await numbersOf(outputs), exact, 2 ** -18);
    }

    it.each(list.map((one) => [one.title, one] as const))("%s", async (_, { op, sample, seed }) => {
      await check((...inputs) => apply(op, inputs, sample.params), sampleInputs(sample, seed));
    });

    it.each(composed)("%s", async (_, f) => {
      const exact = await numbersOf(evaluateReference(f()));
      expectNumbers(await numbersOf(await device.evaluate(f())), exact);
      expectNumbers(await numbersOf(await device.compile(f)()), exact);
    });
  });
}
