import { describe, expect, it } from "vitest";
import { DeconfoundError } from "../../src/tensor/errors.ts";
import * as linalg from "../../src/tensor/linalg/index.ts";
import * as ops from "../../src/tensor/ops/index.ts";
import * as random from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const f32 = (...shape: number[]): AnyTensor => ops.zeros(shape);
const i32 = (...shape: number[]): AnyTensor => ops.zeros(shape, { dtype: "i32" });
const bool = (...shape: number[]): AnyTensor => ops.zeros(shape, { dtype: "bool" });

/** The text of the error, with the place in this file as row:column. */
function textOf(user: () => unknown): string {
  try {
    user();
  } catch (error) {
    if (!(error instanceof DeconfoundError)) throw error;
    return `${error.name}: ${error.message.replace(/(errors\.test\.ts):\d+:\d+/, "$1:row:column")}`;
  }
  return "no error";
}

const mistakes: Readonly<Record<string, () => unknown>> = {
  "add, shapes": () => ops.add(f32(2, 3), f32(4)),
  "add, dtypes": () => ops.add(f32(2), i32(2)),
  "add, a number that the dtype lacks": () => ops.add(i32(2), 0.5),
  "exp of integers": () => ops.exp(i32(2) as never),
  "storage dtype": () => ops.mul(ops.zeros([2], { dtype: "u8" }), 2),
  "matmul, inner sizes": () => ops.matmul(f32(2, 3), f32(4, 5)),
  "matmul, rank": () => ops.matmul(f32(3), f32(3, 2)),
  "where, condition": () => ops.where(f32(2) as never, 1, 2),
  "reshape, size": () => ops.reshape(f32(2, 3), [4]),
  "reshape, two unknown sizes": () => ops.reshape(f32(2, 3), [-1, -1]),
  broadcastTo: () => ops.broadcastTo(f32(3), [2, 4]),
  transpose: () => ops.transpose(f32(2, 3), { axes: [0, 0] }),
  squeeze: () => ops.squeeze(f32(2, 3), { axis: 0 }),
  axis: () => ops.sum(f32(2, 3), { axis: 2 }),
  "axis of rank 0": () => ops.sum(f32(), { axis: 0 }),
  "axis twice": () => ops.sum(f32(2, 3), { axis: [0, -2] }),
  "max of nothing": () => ops.max(f32(2, 0), { axis: 1 }),
  "any of numbers": () => ops.any(f32(2) as never),
  "concat, shapes": () => ops.concat([f32(2, 3), f32(2, 4)]),
  "concat, dtypes": () => ops.concat([f32(2), bool(2)]),
  "concat of none": () => ops.concat([]),
  "slice, step": () => ops.slice(f32(3), { step: 0 }),
  "slice, lists": () => ops.slice(f32(3, 3), { start: [1] }),
  "pad, pairs": () => ops.pad(f32(3, 3), { padding: [[1, 1]] }),
  "pad, negative": () => ops.pad(f32(3), { padding: -1 }),
  tile: () => ops.tile(f32(3), { repeats: [1, 2] }),
  roll: () => ops.roll(f32(3), { shift: 0.5 }),
  "gather, indices": () => ops.gather(f32(3), f32(2)),
  "gather, range": () => ops.gather(f32(3), tensor([0, 5], { dtype: "i32" })),
  "scatterAdd, shapes": () => ops.scatterAdd(f32(3), i32(2), { size: 4 }),
  "takeAlongAxis, shapes": () => ops.takeAlongAxis(f32(3, 2), i32(2, 2), { axis: 1 }),
  topK: () => ops.topK(f32(3), { k: 4 }),
  dot: () => ops.dot(f32(3), f32(3, 1)),
  diagonal: () => ops.diagonal(f32(3)),
  "cholesky, not square": () => linalg.cholesky(f32(2, 3)),
  "cholesky, dtype": () => linalg.cholesky(i32(2, 2)),
  "eigh, not square": () => linalg.eigh(f32(2, 3)),
  "svd of a vector": () => linalg.svd(f32(3)),
  "inv of a vector": () => linalg.inv(f32(3)),
  "solve, rows": () => linalg.solve(f32(2, 2), f32(3, 1)),
  "solve, a vector": () => linalg.solve(f32(2, 2), f32(2)),
  "triangularSolve, leading axes": () => linalg.triangularSolve(f32(4, 2, 2), f32(3, 2, 1)),
  "full, value": () => ops.full([2], 300, { dtype: "u8" }),
  "tensor, value": () => tensor([1.5], { dtype: "u32" }),
  "tensor, ragged": () => tensor([[1, 2], [3]]),
  "tensor, length": () => tensor([1, 2, 3], { shape: [2, 2] }),
  "random key": () => random.uniform(f32(2), [3]),
  "random seed": () => random.key(-1),
};

describe("error texts", () => {
  it.each(Object.entries(mistakes))("%s", (_, mistake) => {
    expect(textOf(mistake)).toMatchSnapshot();
  });
});
