import { describe, expect, it, test } from "vitest";
import type { Cost } from "../../src/kernels/codegen/step.ts";
import type { Plan } from "../../src/kernels/plan/make-plan.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { crossEntropy } from "../../src/nn/losses.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import { sgd } from "../../src/nn/sgd.ts";
import { supervisedStep } from "../../src/nn/supervised-step.ts";
import { flopsOf } from "../../src/tensor/flops.ts";
import { add, exp, mul } from "../../src/tensor/ops/elementwise.ts";
import { cast, conv2d, gather, matmul, relu, slice, sum } from "../../src/tensor/ops/index.ts";
import { key } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { leaf } from "../../src/tensor/tensor.ts";
import { trace } from "../../src/tensor/trace.ts";
import { flattenTree } from "../../src/tensor/tree.ts";
import { input, planLimits } from "../support/plans.ts";

const planOf = (output: AnyTensor, over?: AnyTensor): Plan =>
  makePlan({ outputs: [output], donations: new Map(over === undefined ? [] : [[0, over]]) }, planLimits());
const costs = (output: AnyTensor, over?: AnyTensor): Cost[] => planOf(output, over).steps.map(({ cost }) => cost);

describe("costs, counted by hand", () => {
  it("of an elementwise kernel: its calls an element, each buffer once", () => {
    const [x, bias] = [input(30, 20), input(20)];
    // exp, mul, add and relu's maximum of 600 elements; x is read at two places of the formula
    expect(costs(relu(add(mul(exp(x as never), x), bias) as never))).toEqual([
      { flops: 4 * 600, bytes: 4 * (600 + 20 + 600) },
    ]);
  });

  it("of one that reads a part of its input", () => {
    expect(costs(exp(slice(input(1000, 8), { axis: 0, start: 10, stop: 20 }) as never))).toEqual([
      { flops: 80, bytes: 4 * (80 + 80) },
    ]);
  });

  it("of an update in place: read and written", () => {
    const [x, g] = [input(64), input(64)];
    expect(costs(add(x, mul(g, 0.5)), x)).toEqual([{ flops: 128, bytes: 4 * (64 + 64 + 64) }]);
  });

  it("of a buffer of packed bytes", () => {
    const x = leaf({ shape: [400], dtype: "u8" }, { kind: "input" });
    expect(costs(mul(cast(x, "f32"), 2))).toEqual([{ flops: 400, bytes: 400 + 1600 }]);
  });

  it("of a reduction: its prologue, and one combination an element", () => {
    expect(costs(sum(mul(input(8, 20), input(8, 20)), { axis: 1 }))).toEqual([
      { flops: 2 * 160, bytes: 4 * (160 + 160 + 8) },
    ]);
  });

  it("of a reduction in two stages, whose partial results are written and read", () => {
    const plan = planOf(sum(input(4096, 4), { axis: 0 }));
    const [first, second] = plan.steps.map(({ cost }) => cost);
    const partials = (first!.bytes - 4 * 4096 * 4) / 4;
    expect(partials % 4).toBe(0);
    expect(first!.flops).toBe(4096 * 4);
    expect(second).toEqual({ flops: partials, bytes: 4 * (partials + 4) });
  });

  it("of a matrix product", () => {
    expect(costs(matmul(input(48, 40), input(40, 64)))).toEqual([
      { flops: 2 * 48 * 40 * 64, bytes: 4 * (48 * 40 + 40 * 64 + 48 * 64) },
    ]);
  });

  it("of a grouped convolution with a stride", () => {
    const y = conv2d(input(2, 9, 9, 8), input(3, 3, 4, 16), { stride: 2, padding: 1, groups: 2 });
    expect(y.shape).toEqual([2, 5, 5, 16]);
    expect(costs(y)).toEqual([
      { flops: 2 * (2 * 5 * 5 * 16) * (3 * 3 * 4), bytes: 4 * (2 * 9 * 9 * 8 + 3 * 3 * 4 * 16 + 2 * 5 * 5 * 16) },
    ]);
  });

  it("of a gather: the rows that it takes, not the table", () => {
    const indices = leaf({ shape: [6], dtype: "i32" }, { kind: "input" });
    expect(costs(gather(input(5000, 32), indices, { axis: 0 }))).toEqual([
      { flops: 0, bytes: 4 * (6 * 32 + 6 + 6 * 32) },
    ]);
  });
});

test("the kernels of a training step compute what is counted of its program, but for what fusing saves", () => {
  const classifier = parseModel("small-8").build({ height: 16, width: 16, channels: 3, classes: 10 });
  const { params, stats } = classifier.init(key(0));
  const momentum = sgd({ momentum: 0.9 });
  const state = { params, stats, optimizer: momentum.init(params) };
  const leaves = trace(
    (given: typeof state, images: AnyTensor, labels: AnyTensor) => {
      const context = { classifier, optimizer: momentum, loss: crossEntropy, key: key(1), lr: 0.1 };
      return supervisedStep(given, { images, labels, indices: labels }, context);
    },
    [state, input(16, 16, 16, 3), leaf({ shape: [16], dtype: "i32" }, { kind: "input" })],
  );
  const outputs = flattenTree(leaves.result);
  const kernels = makePlan({ outputs, donations: new Map() }, planLimits()).steps.reduce(
    (sum, { cost }) => sum + cost.flops,
    0,
  );
  expect(kernels / flopsOf(outputs)).toBeGreaterThan(0.95);
  expect(kernels / flopsOf(outputs)).toBeLessThan(1.05);
});
