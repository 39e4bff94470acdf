import { describe, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { checkGrads } from "../../src/testing/index.ts";
import { row } from "../laws/composed/composed.ts";
import { expectNumbers, numbersOf } from "../support/numbers.ts";

// Not among the laws of composed functions, which run on the GPU too: each is one conv2d, whose kernels have laws of their own and take
// seconds to compile.

const a = [0.75, -1.5, 0.25, 2, -0.5, 1.25];
const b = [1.5, 0.5, -2, 0.75, 1, -0.25];
const halves = [a.slice(0, 3), a.slice(3)];
const grid = (values: readonly number[], ...shape: number[]): Tensor => tensor(Float32Array.from(values), { shape });

const rows = [
  row(
    "nn.conv1d",
    [grid(a, 1, 3, 2), grid(b, 3, 1, 2)],
    (x, w) => nn.conv1d(x, w, { padding: [2, 1], stride: 2, groups: 2 }),
    [0, 2].flatMap((r) =>
      [0, 1].map((c) => [0, 1, 2].reduce((s, i) => s + (a[2 * (r + i - 2) + c] ?? 0) * b[2 * i + c]!, 0)),
    ),
  ),
  row("nn.conv1d, dilated", [grid(a, 1, 6, 1), grid([1, 10], 2, 1, 1)], (x, w) => nn.conv1d(x, w, { dilation: 3 }), [
    ...[0, 1, 2].map((i) => a[i]! + 10 * a[i + 3]!),
  ]),
  row(
    "nn.conv1d of the same length",
    [grid(a, 2, 3, 1), grid([1, 2, 3], 3, 1, 1)],
    (x, w) => nn.conv1d(x, w, { padding: "same" }),
    [...halves.flatMap((x) => x.map((y, i) => (x[i - 1] ?? 0) + 2 * y + 3 * (x[i + 1] ?? 0)))],
  ),
  row(
    "nn.depthwiseConv2d",
    [grid(a, 1, 1, 3, 2), grid([...b, 2, -2], 1, 2, 2, 2)],
    (x, w) => nn.depthwiseConv2d(x, w),
    [0, 1].flatMap((r) =>
      [0, 1].flatMap((c) =>
        [0, 1].map((m) => [0, 1].reduce((s, i) => s + a[2 * (r + i) + c]! * [...b, 2, -2][4 * i + 2 * c + m]!, 0)),
      ),
    ),
  ),
];

describe("convolutions by conv2d", () => {
  it.each(rows.map((one) => [one.name, one] as const))("%s", async (_, { f, inputs, want }) => {
    const y = f(...(inputs as never[])) as Tensor;
    expectNumbers(await numbersOf(evaluateReference(y)), want);
    checkGrads(f as (...inputs: AnyTensor[]) => AnyTensor, [...inputs], { order: 2 });
  });
});
