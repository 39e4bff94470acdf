import { expect, test } from "vitest";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { add, div, log, mul, sub } from "../../src/tensor/ops/elementwise.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

interface State {
  readonly w: AnyTensor;
  readonly steps: AnyTensor;
}

const step = (state: State, x: AnyTensor, options: { lr: number; name: string }) => ({
  state: { w: sub(state.w, mul(x, options.lr)), steps: add(state.steps, 1) },
  name: options.name,
  total: sum(x),
});

test("a step replays with changing scalars, traced once per signature", async () => {
  const device = referenceDevice();
  let traces = 0;
  const program = device.compile(
    (...args: Parameters<typeof step>) => {
      traces++;
      return step(...args);
    },
    { donate: [0] },
  );
  let state: State = device.put({ w: tensor([10, 20]), steps: tensor(0, { dtype: "i32" }) });
  const x = tensor([1, 2]);
  for (const lr of [1, 2, 4]) {
    const result = await program(state, x, { lr, name: "a" });
    state = result.state;
    expect(await result.total.item()).toBe(3);
    expect(result.name).toBe("a");
  }
  expect([...(await state.w.data())]).toEqual([3, 6]);
  expect(await state.steps.item()).toBe(3);
  expect(traces).toBe(1);
  await program(state, x, { lr: 1, name: "b" });
  expect(traces).toBe(2);
  device.close();
});

test("donated, freed, scoped and closed tensors throw, with the place", async () => {
  const device = referenceDevice();
  const program = device.compile(
    function double(x: AnyTensor) {
      return mul(x, 2);
    },
    { donate: [0] },
  );
  const x = device.put(tensor([1]));
  const y = await program(x);
  await expect(x.data()).rejects.toThrow(
    /DeviceError|given away\n {2}donated to double at .*reference-device\.test\.ts/,
  );
  await expect(program(x)).rejects.toThrow(/double: the memory of f32\[1\] was given away\n {2}donated to double/);
  device.free(y);
  await expect(y.item()).rejects.toThrow(/freed at .*reference-device\.test\.ts/);
  await expect(device.evaluate(add(y, 1))).rejects.toThrow(/freed at/);
  const kept = { a: device.put(tensor([2])) };
  device.close();
  await expect(kept.a.item()).rejects.toThrow(/data: the device is closed\n {2}closed at .*reference-device\.test\.ts/);
  await expect(device.evaluate(tensor([1]))).rejects.toThrow(/evaluate: the device is closed/);
});

test("bytes are counted and given back", async () => {
  const device = referenceDevice();
  const held = device.put({ a: tensor([1, 2, 3]), b: tensor(Uint8Array.of(1, 2, 3, 4, 5)) });
  expect(device.allocatedBytes()).toBe(12 + 8);
  expect(device.put(held)).toEqual(held);
  expect(device.allocatedBytes()).toBe(20);
  device.free(held.a);
  expect(device.allocatedBytes()).toBe(8);
  const sums = await device.scope(async (scope) => scope.evaluate({ s: sum(tensor([1, 2])) }));
  expect(device.allocatedBytes()).toBe(12);
  expect(await sums.s.item()).toBe(3);
});

test("captured tensors are implicit inputs, and programs are f32", async () => {
  const device = referenceDevice();
  const w = device.put(tensor([0.1]));
  const program = device.compile((x: AnyTensor) => add(x, w));
  expect(await (await program(tensor([0.2]))).item()).toBe(Math.fround(Math.fround(0.1) + Math.fround(0.2)));
  device.free(w);
  await expect(program(tensor([0.2]))).rejects.toThrow(/given away/);
});

test("checkFinite names the first op and its line", async () => {
  const device = referenceDevice();
  const program = device.compile((x: AnyTensor) => mul(div(x, log(x)), 2), { checkFinite: true });
  await expect(program(tensor([2, 1]))).rejects.toThrow(
    /checkFinite: div made Infinity at element 1 of f32\[2\]\n[\s\S]*reference-device\.test\.ts/,
  );
  expect(await (await program(tensor([Math.E, 2]))).data()).toHaveLength(2);
});

test("memory, profile and dump report the last program", async () => {
  const device = referenceDevice();
  const program = device.compile((x: AnyTensor) => sum(mul(add(x, 1), 2)));
  expect(() => program.memory()).toThrow(/not run yet/);
  const x = tensor(new Float32Array(100));
  await program(x);
  const { peakBytes, naiveBytes, slots } = program.memory();
  expect(slots.map(({ values }) => values[0]!.what)).toEqual(["broadcastTo", "add", "broadcastTo", "mul", "sum"]);
  expect(naiveBytes).toBe(1604);
  expect(peakBytes).toBe(1200);
  const [, added] = slots;
  expect(added?.values).toEqual([
    {
      what: "add",
      type: "f32[100]",
      bytes: 400,
      offset: 0,
      from: 1,
      to: 3,
      line: expect.stringMatching(/reference-device\.test\.ts/),
    },
  ]);
  expect(slots.at(-1)?.values[0]?.to).toBe(slots.length); // a result
  const { kernels, totalMs, limits } = await program.profile(x);
  expect(kernels.find((kernel) => kernel.name === "broadcastTo")?.calls).toBe(2);
  expect(kernels.find((kernel) => kernel.name === "add")?.bytes).toBe(1200);
  expect(kernels.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 9);
  expect(limits).toBeNull();
  expect(totalMs).toBeGreaterThan(0);
  expect(program.dump()).toMatch(/%\d+ = add\(%\d+, %\d+\) {2}f32\[100\] {2}at .*reference-device\.test\.ts/);
});

test("tensors of other devices, and programs, are refused", async () => {
  const [here, there] = [referenceDevice(), referenceDevice()];
  const x = there.put(tensor([1]));
  await expect(here.evaluate(add(x, 1))).rejects.toThrow(/lives on another device/);
  expect(() => here.put(add(tensor([1]), 1))).toThrow(/is a program, not a value/);
  const program = here.compile((y: AnyTensor) => y);
  await expect(program(add(tensor([1]), 1))).rejects.toThrow(/is a program, not a value/);
});
