import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { ones } from "../../src/tensor/ops/creation.ts";
import { add, mul, sub } from "../../src/tensor/ops/elementwise.ts";
import { relu, softmax, sum } from "../../src/tensor/ops/index.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { transpose } from "../../src/tensor/ops/transpose.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { collectGarbage, mebibyte, resident } from "../support/resident.ts";

const open = openers["as it is"]!;

/** A matrix of these rows, `seed` moves its values. */
const waves = (rows: number, columns: number, seed: number): AnyTensor =>
  tensor(
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i + seed) / columns),
    { shape: [rows, columns] },
  );

describeGpu("long loops stay flat", () => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  it("2,000 eager steps with changing values", { timeout: 240_000 }, async () => {
    let x: AnyTensor = await device.evaluate(ones([32, 32]));
    const held: number[] = [];
    const taken: number[] = [];
    for (let k = 0; k < 2000; k++) {
      x = await device.evaluate(sub(x, mul(matmul(x, waves(32, 32, k)), 1e-3 + k * 1e-6)));
      if (k % 500 !== 499) continue;
      expect(device.allocatedBytes()).toBeLessThan(64 * mebibyte); // nothing was freed; before that much a collection is asked for
      await collectGarbage();
      held.push(device.allocatedBytes());
      taken.push(resident());
    }
    expect((await x.data()).every(Number.isFinite)).toBe(true);
    // one form, so one plan; what is reachable: x, the plan, and what the pool may keep
    expect(held.at(-1)! - held[0]!).toBeLessThan(mebibyte);
    expect(taken.at(-1)! - taken[0]!).toBeLessThan(32 * mebibyte); // the heap of V8 moves by some MB between collections
  });

  it("a loop of 12 MiB steps that donates nothing and frees nothing", { timeout: 240_000 }, async () => {
    const step = device.compile((s: { a: AnyTensor; b: AnyTensor }) => ({ a: mul(s.a, 1.001), b: add(s.b, 1) }));
    let state: { a: AnyTensor; b: AnyTensor } = await device.evaluate({ a: ones([2 ** 20]), b: ones([2 ** 21]) });
    const before = resident();
    let [held, taken] = [0, 0];
    for (let k = 0; k < 250; k++) {
      state = await step(state);
      held = Math.max(held, device.allocatedBytes());
      taken = Math.max(taken, resident() - before);
    }
    expect((await state.b.data())[7]).toBe(251);
    // tensors: 64 MiB between collections and two states around each; free buffers: as much as tensors, at most. All states: 3 GB
    expect(held).toBeLessThan(2 * (64 + 2 * 12) * mebibyte);
    expect(taken).toBeLessThan(2 * (64 + 2 * 12) * mebibyte);
  });

  it("a loop that puts 8 MiB, reads a result and frees nothing", { timeout: 240_000 }, async () => {
    const total = device.compile((x: AnyTensor) => sum(x));
    const before = resident();
    let [held, taken] = [0, 0];
    for (let k = 0; k < 100; k++) {
      const data = new Float32Array(2 ** 21);
      data[k] = k;
      expect(await (await total(device.put(tensor(data)))).item()).toBe(k);
      held = Math.max(held, device.allocatedBytes());
      taken = Math.max(taken, resident() - before);
    }
    expect(held).toBeLessThan(2 * (64 + 2 * 8) * mebibyte); // 800 MiB are put
    expect(taken).toBeLessThan(2 * (64 + 2 * 8) * mebibyte + 128 * mebibyte); // and the arrays of the program itself
  });

  it("60 shapes of one program, again and again", { timeout: 240_000 }, async () => {
    const program = device.compile((x: AnyTensor, w: AnyTensor) => {
      const h = relu(matmul(x, w));
      return sum(softmax(matmul(h, transpose(h))));
    });
    const w = device.put(waves(32, 16, 0));
    const held: number[] = [];
    const taken: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (let rows = 100; rows < 160; rows++) {
        const total = await device.scope(async (scope) => (await scope.run(program, waves(rows, 32, round), w)).item());
        expect(total).toBeCloseTo(rows, 2); // each row of a softmax sums to 1
      }
      await collectGarbage();
      held.push(device.allocatedBytes());
      taken.push(resident());
    }
    expect(held.at(-1)! - held[0]!).toBeLessThan(mebibyte); // the 60 plans of the first round, used again
    expect(taken.at(-1)! - taken[0]!).toBeLessThan(32 * mebibyte);
  });

  it("devices that are opened, used and closed, 200 times", { timeout: 240_000 }, async () => {
    const taken: number[] = [];
    for (let k = 0; k < 200; k++) {
      const own = await open();
      const x = own.put(waves(64, 64, k));
      const step = own.compile((x: AnyTensor, rate: number) => sum(mul(x, rate)));
      expect(await (await step(x, 0)).item()).toBe(0);
      await own.close();
      expect(own.allocatedBytes()).toBe(0);
      if (k % 50 !== 49) continue;
      await collectGarbage();
      taken.push(resident());
    }
    expect(taken.at(-1)! - taken[0]!).toBeLessThan(48 * mebibyte); // 0.3 MB a device: a leak of one plan or pipeline each would be more
  });
});
