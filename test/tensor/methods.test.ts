import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { Tensor } from "../../src/index.ts";
import * as door from "../../src/index.ts";
import {
  add,
  evaluateReference,
  matmul,
  mean,
  mul,
  ones,
  referenceDevice,
  relu,
  reshape,
  tensor,
  transpose,
  zeros,
} from "../../src/index.ts";

test("a formula reads left to right: methods are the functions", () => {
  const x = tensor([[1, -2, 3], [4, 5, -6]]); // biome-ignore format: rows
  const w = ones([3, 2]);
  const byMethods = x.matmul(w).add(1).relu().mul(0.5).mean({ axis: -1 }).reshape([2, 1]).transpose();
  const byFunctions = transpose(reshape(mean(mul(relu(add(matmul(x, w), 1)), 0.5), { axis: -1 }), [2, 1]));
  expect(inspect(evaluateReference(byMethods))).toBe(inspect(evaluateReference(byFunctions)));
  expect(inspect(evaluateReference(byMethods))).toBe("Tensor f32[1,2] on the host [[1.5, 2]]");
});

test("every method is a public function of the same name", () => {
  const x = tensor([2]) as unknown as Record<string, unknown>;
  const prototype = Object.getPrototypeOf(x) as object;
  const own = ["constructor", "data", "item"];
  const names = Object.getOwnPropertyNames(prototype).filter((name) => !own.includes(name));
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => typeof (door as Record<string, unknown>)[name] !== "function")).toEqual([]);
  expect(Object.keys(x)).toEqual(["node", "index", "shape", "dtype"]);
});

test("console.log shows dtype, shape, where the tensor lives, and host values", async () => {
  expect(inspect(tensor([[1, 2.5], [3, 1 / 3]]))).toBe("Tensor f32[2,2] on the host\n[[1, 2.5],\n [3, 0.333333]]"); // biome-ignore format: rows
  expect(inspect(tensor(7, { dtype: "i32" }))).toBe("Tensor i32[] on the host 7");
  expect(inspect(tensor([true, false], { dtype: "bool" }))).toBe("Tensor bool[2] on the host [true, false]");
  expect(inspect(evaluateReference(zeros([0, 2])))).toBe("Tensor f32[0,2] on the host []");
  expect(inspect(tensor(new Float32Array(100)))).toBe("Tensor f32[100] on the host [0, 0, 0, …, 0, 0, 0]");
  expect(inspect({ x: add(tensor(1), 1) })).toMatch(/x: Tensor f32\[\] program: add at methods\.test\.ts:\d+:\d+/);
  const device = referenceDevice();
  const held = device.put(tensor([1]));
  expect(inspect(held)).toBe("Tensor f32[1] on the device");
  device.free(held);
  expect(inspect(held)).toMatch(/^Tensor f32\[1\] gone: freed at /);
  await device.compile((x: Tensor) => {
    expect(inspect(x)).toBe("Tensor f32[1] input of a traced program");
    return x;
  })(tensor([1]));
});
