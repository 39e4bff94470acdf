import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "../../src/kernels/index.ts";
import { waitNapping } from "../../src/node/nap.ts";
import type { Device } from "../../src/tensor/device.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { add, mul, sub } from "../../src/tensor/ops/elementwise.ts";
import { sum } from "../../src/tensor/ops/index.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { transpose } from "../../src/tensor/ops/transpose.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { adapter, describeGpu } from "../support/gpu.ts";

const values = async (x: AnyTensor): Promise<number[]> => Array.from(await x.data());
const row = (...data: number[]): AnyTensor => tensor(data);

/** What every device must do alike with tensors that a call is given for good. */
function donationRules(open: () => Promise<Device>): void {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  it("updates donated state in place, and keeps older metrics readable", async () => {
    const step = device.compile(
      (state: { w: AnyTensor; v: AnyTensor }, g: AnyTensor, lr: number) => {
        const v = add(mul(state.v, 0.5), g);
        const w = sub(state.w, mul(v, lr));
        return { state: { w, v }, loss: sum(w) };
      },
      { donate: [0] },
    );
    let state = await device.evaluate({ w: row(1, 2, 3), v: zeros([3]) as AnyTensor });
    const losses: AnyTensor[] = [];
    const expected: number[] = [];
    let [w, v] = [
      [1, 2, 3],
      [0, 0, 0],
    ];
    for (let k = 0; k < 5; k++) {
      const g = [k, 1, -k];
      const next = await step(state, row(...g), 0.25);
      state = next.state;
      losses.push(next.loss);
      v = v.map((old, i) => old * 0.5 + g[i]!);
      w = w.map((old, i) => old - v[i]! * 0.25);
      expected.push(w.reduce((a, b) => a + b, 0));
    }
    expect(await values(state.w)).toEqual(w);
    expect(await Promise.all(losses.map((loss) => loss.item()))).toEqual(expected);
  });

  it("keeps the result of the first call when the donated leaf was on the host", async () => {
    const step = device.compile((state: { n: AnyTensor }, x: number) => ({ n: add(state.n, x) }), { donate: [0] });
    let state = { n: row(0) as AnyTensor };
    for (let k = 1; k <= 3; k++) {
      state = await step(state, k);
      expect(await values(state.n)).toEqual([(k * (k + 1)) / 2]);
    }
  });

  it("reads a donated value whole before it is written", async () => {
    const step = device.compile(
      (state: { a: AnyTensor }, w: AnyTensor) => ({
        a: add(state.a, 1),
        swapped: transpose(state.a),
        product: matmul(state.a, w),
      }),
      { donate: [0] },
    );
    const a = device.put({
      a: tensor([
        [1, 2],
        [3, 4],
      ]),
    });
    const out = await step(
      a,
      tensor([
        [1, 0],
        [0, 2],
      ]),
    );
    expect(await values(out.a)).toEqual([2, 3, 4, 5]);
    expect(await values(out.swapped)).toEqual([1, 3, 2, 4]);
    expect(await values(out.product)).toEqual([1, 4, 3, 8]);
  });

  it("updates a donated value by sums and products over it", async () => {
    const step = device.compile(
      ({ w, v }: { w: AnyTensor; v: AnyTensor }) => ({
        w: sub(w, sum(mul(w, tensor([[1], [2], [3]])), { axis: 0 })),
        v: sub(v, matmul(v, v)),
      }),
      { donate: [0] },
    );
    const state = {
      w: row(1, 2, 3, 4),
      v: tensor([
        [1, 2, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 3, 0],
        [0, 0, 0, 1],
      ]),
    };
    const { w, v } = await step(await device.evaluate(state));
    expect(await values(w)).toEqual([-5, -10, -15, -20]);
    expect(await values(v)).toEqual([0, -2, 0, 0, 0, 0, 0, 0, 0, 0, -6, 0, 0, 0, 0, 0]);
  });

  it("writes a new value that reads the old one elsewhere, without racing", async () => {
    const step = device.compile((s: { a: AnyTensor }) => ({ a: add(transpose(s.a), s.a) }), { donate: [0] });
    const out = await step(
      device.put({
        a: tensor([
          [1, 2],
          [3, 4],
        ]),
      }),
    );
    expect(await values(out.a)).toEqual([2, 5, 5, 8]);
  });

  it("updates many donated tensors at once, wherever they lie, and as one by one", async () => {
    const sizes = [3, 64, 65, 1];
    const start = sizes.map((n) => Array.from({ length: n }, (_, i) => Math.sin(i + n)));
    const build = (ws: AnyTensor[], x: AnyTensor[], lr: AnyTensor | number): AnyTensor[] => {
      const gradients = x.map((one) => sum(one, { axis: 0 }));
      const rate = mul(
        lr,
        gradients.map((g) => sum(g)).reduce((a, b) => add(a, b)),
      ); // waits for all gradients
      return ws.map((w, i) => sub(w, mul(add(mul(w, 0.1), gradients[i]!), rate)));
    };
    const step = device.compile(
      (s: { ws: AnyTensor[] }, x: AnyTensor[], lr: number) => ({ ws: build(s.ws, x, lr), top: sum(s.ws[1]!) }),
      { donate: [0] },
    );
    const alone = device.compile((ws: AnyTensor[], x: AnyTensor[], lr: number) => build(ws, x, lr));
    const xs = sizes.map((n) =>
      tensor(
        Float32Array.from({ length: 4 * n }, (_, i) => Math.cos(i)),
        { shape: [4, n] },
      ),
    );
    const host = start.map((data) => row(...data));
    const placed = await device.evaluate({ ws: host.map((w) => mul(w, 1)) }); // one buffer
    let state = { ws: [host[0]!, placed.ws[1]!, device.put(host[2]!), placed.ws[3]!] };
    let expected: AnyTensor[] = host;
    const tops: AnyTensor[] = [];
    for (const lr of [0.5, 0.25, -1]) {
      const next = await step(state, xs, lr);
      expected = await alone(expected, xs, lr);
      state = { ws: next.ws };
      tops.push(next.top);
      for (const [i, w] of next.ws.entries()) expect(await values(w)).toEqual(await values(expected[i]!));
    }
    expect(await values(placed.ws[0]!)).toEqual(await values(host[0]!)); // a neighbour that was not given away
    device.free(state.ws[2]!);
    const rest = await step({ ws: [state.ws[0]!, state.ws[1]!, row(...start[2]!), state.ws[3]!] }, xs, 0.5);
    expect(await values(rest.ws[1]!)).toEqual(await values((await alone(expected, xs, 0.5))[1]!));
    await expect(step({ ws: state.ws }, xs, 0.5)).rejects.toThrow(/given away/);
    expect(new Set(await Promise.all(tops.map((top) => top.item()))).size).toBe(3);
  });

  it("gives a donated tensor's new value twice", async () => {
    const step = device.compile(
      (s: { a: AnyTensor; b: AnyTensor }, x: AnyTensor) => {
        const [a, b] = [add(s.a, sum(x, { axis: 0 })), add(s.b, sum(mul(x, 2), { axis: 0 }))];
        return { s: { a, b }, again: a };
      },
      { donate: [0] },
    );
    const x = tensor([[1, 2]]);
    const first = await step(device.put({ a: row(1, 1), b: row(2, 2) }), x);
    const second = await step(first.s, x);
    expect(await values(first.again)).toEqual([2, 3]);
    expect([await values(second.s.a), await values(second.s.b), await values(second.again)]).toEqual([
      [3, 5],
      [6, 10],
      [3, 5],
    ]);
  });

  it("swaps two donated tensors", async () => {
    const step = device.compile((s: { a: AnyTensor; b: AnyTensor }) => ({ a: s.b, b: add(s.a, 1) }), { donate: [0] });
    let state = device.put({ a: row(1), b: row(10) });
    state = await step(state);
    state = await step(state);
    expect([await state.a.item(), await state.b.item()]).toEqual([2, 11]);
  });
}

describe("donated tensors: the CPU reference", () => donationRules(async () => referenceDevice()));
describeGpu("donated tensors: the GPU", () => {
  donationRules(() => openDevice({ adapter: adapter!, wait: waitNapping }));
});
