import { describe, expect, test } from "vitest";
import { items } from "../../bench/items.ts";
import { findError } from "../../bench/operands.ts";
import { initialState, leavesOf } from "../../bench/reference.ts";
import { works } from "../../bench/works.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { AnyTensor, TensorType } from "../../src/tensor/tensor.ts";
import { leaf } from "../../src/tensor/tensor.ts";
import { flattenTree } from "../../src/tensor/tree.ts";

/** A leaf of any size; tracing never reads it. */
const blank = (type: TensorType): AnyTensor => leaf(type, { kind: "input" });

test("names are unique and none hides behind another", () => {
  const names = items.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(works)("$name", (work) => {
  test("builds, and gives its state back", () => {
    const inputs = Object.entries(work.inputs).map(([name, { shape, dtype }]) => [name, blank({ shape, dtype })]);
    const state = work.initial();
    const { state: next, outputs } = work.run(state, Object.fromEntries(inputs));
    expect(flattenTree(next).map(({ shape }) => shape)).toEqual(flattenTree(state).map(({ shape }) => shape));
    expect(flattenTree(outputs).length).toBeGreaterThan(0);
    expect(work.flops).toBeGreaterThan(0);
  });
});

const small = works.filter(({ flops, bytes }) => flops + bytes < 8e7);

test("small works are among them", () => expect(small.length).toBeGreaterThan(8));

test.each(small)("$name gives on the CPU what the reference says", async (work) => {
  const device = referenceDevice();
  const program = device.compile((state: object, inputs: ReturnType<typeof leavesOf>) => work.run(state, inputs));
  const inputs = leavesOf(work.inputs);
  const checks = await work.reference();
  let state = initialState(work);
  const values: number[][][] = [];
  for (const wanted of checks) {
    const next = await program(state, inputs);
    state = next.state;
    const read = async (output: string): Promise<ArrayLike<number>> =>
      (await next.outputs[output]!.data()) as ArrayLike<number>;
    const all = await Promise.all(wanted.map(({ output }) => read(output)));
    values.push(wanted.map(({ indices }, at) => indices.map((i) => all[at]![i]!)));
  }
  expect(findError(checks, values)).toBeNull();
  const spoiled = values.map((call) =>
    call.map(([first, ...rest]) => [first! + 2e-3 * Math.max(Math.abs(first!), ...rest.map(Math.abs)), ...rest]),
  );
  expect(findError(checks, spoiled)).not.toBeNull();
  expect(findError(checks, values.slice(1))).not.toBeNull();
});
