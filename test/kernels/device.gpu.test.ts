import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { openDevice } from "../../src/kernels/index.ts";
import { waitNapping } from "../../src/node/nap.ts";
import type { Device } from "../../src/tensor/device.ts";
import type { Op } from "../../src/tensor/op.ts";
import { apply1, defineOp } from "../../src/tensor/op.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { add, div, exp, log, maximum, mul, sqrt, square, sub } from "../../src/tensor/ops/elementwise.ts";
import { mean, reshape, sum } from "../../src/tensor/ops/index.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { transpose } from "../../src/tensor/ops/transpose.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { arg, call } from "../../src/tensor/scalar/expression.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { adapter, describeGpu, gpu } from "../support/gpu.ts";

const values = async (x: AnyTensor): Promise<number[]> => Array.from(await x.data());
const row = (...data: number[]): AnyTensor => tensor(data);

/** What every device must do alike. */
function deviceRules(open: () => Promise<Device>): void {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  it("replays with changing scalars, keys and host tensors as data", async () => {
    const step = device.compile((x: AnyTensor, rate: number) => add(mul(x, rate), 1));
    for (const [i, rate] of [0.5, -2, 3, 0.5].entries()) {
      expect(await values(await step(row(i, 1), rate))).toEqual([i * rate + 1, rate + 1]);
    }
  });

  it("gives large outputs memory of their own, whatever else reads or repeats them", async () => {
    const n = 2 ** 17; // computed straight into the caller's buffer
    const step = device.compile((x: AnyTensor, rate: number) => {
      const y = mul(x, rate);
      return { y, again: y, twice: add(y, y), total: sum(y), flat: reshape(y, [2, n / 2]) };
    });
    const x = await device.evaluate(tensor(Float32Array.from({ length: n }, (_, i) => i % 8)));
    const results = [await step(x, 1), await step(x, 2), await step(x, 3)];
    for (const [i, { y, again, twice, total, flat }] of results.entries()) {
      const rate = i + 1;
      for (const [tree, factor] of [
        [y, 1],
        [again, 1],
        [twice, 2],
        [flat, 1],
      ] as const) {
        const found = await values(tree);
        expect([found[n - 1], found[9]]).toEqual([7 * factor * rate, factor * rate]);
      }
      expect(await total.item()).toBe(3.5 * n * rate);
      device.free([y, twice]);
      expect((await values(again))[n - 1]).toBe(7 * rate);
    }
  });

  it("hands arguments through", async () => {
    const pass = device.compile((x: AnyTensor, y: AnyTensor) => ({ x, again: x, y, n: 3, s: "kept" }));
    const out = await pass(row(1, 2), device.put(row(5)));
    expect([await values(out.x), await values(out.again), await values(out.y)]).toEqual([[1, 2], [1, 2], [5]]);
    expect([out.n, out.s]).toEqual([3, "kept"]);
  });

  it("takes tensors that the function captured", async () => {
    const held = device.put(row(1, 2));
    const host = row(10, 20);
    const f = device.compile((x: AnyTensor) => add(mul(x, held), host));
    expect(await values(await f(row(3, 4)))).toEqual([13, 28]);
    expect(await values(await f(row(0, 0)))).toEqual([10, 20]);
  });

  it("makes a plan a signature: shapes, dtypes, statics", async () => {
    const f = device.compile((x: AnyTensor, train: boolean) => (train ? mean(x) : sum(x)));
    expect(await (await f(row(1, 3), true)).item()).toBe(2);
    expect(await (await f(row(1, 3), false)).item()).toBe(4);
    expect(await (await f(row(1, 3, 5), true)).item()).toBe(3);
  });

  it("refuses tensors that were given away, and says where", async () => {
    const f = device.compile((s: { a: AnyTensor }) => ({ a: add(s.a, 1) }), { donate: [0] });
    const state = device.put({ a: row(1) });
    await f(state);
    await expect(state.a.data()).rejects.toThrow(/given away[\s\S]*donated to/);
    await expect(f(state)).rejects.toThrow(/given away[\s\S]*device\.gpu\.test\.ts/);
    const freed = device.put(row(1));
    device.free(freed);
    await expect(device.evaluate(add(freed, 1))).rejects.toThrow(/freed/);
  });

  it("names the first op that made a value that is not finite", async () => {
    const f = device.compile((x: AnyTensor) => sum(log(div(1, x))), { checkFinite: true });
    expect(await (await f(row(1, 2))).item()).toBeCloseTo(-Math.log(2), 5);
    await expect(f(row(1, 0))).rejects.toThrow(/checkFinite: div/);
  });

  it("checks what was written, not what is left of it", async () => {
    const options = { checkFinite: true };
    const difference = device.compile((x: AnyTensor) => sub(log(x), log(x)), options);
    await expect(difference(row(0))).rejects.toThrow(/checkFinite: log/);
    const constant = device.compile((x: AnyTensor) => maximum(x, log(zeros([1]))), options);
    await expect(constant(row(1))).rejects.toThrow(/checkFinite: log/);
    const root = device.compile((x: AnyTensor) => sqrt(square(x)), options);
    await expect(root(row(1e30))).rejects.toThrow(/checkFinite: square/);
    const product = device.compile((x: AnyTensor) => mul(exp(x), 0), options);
    await expect(product(row(1000))).rejects.toThrow(/checkFinite: exp/);
  });

  it("evaluates trees, host leaves and numbers of other types", async () => {
    const tree = await device.evaluate({ a: row(1, 2), b: [mul(tensor([1, 2], { dtype: "i32" }), 3)], c: "x" });
    expect([await values(tree.a), await values(tree.b[0]!), tree.c]).toEqual([[1, 2], [3, 6], "x"]);
  });
}

describe("rules of every device: the CPU reference", () => deviceRules(async () => referenceDevice()));
describeGpu("rules of every device: the GPU", () => {
  deviceRules(() => openDevice({ adapter: adapter!, wait: waitNapping }));
});

describeGpu("a GPU device", () => {
  it("is made on the caller's GPUDevice", async () => {
    const own = await (await gpu!.requestAdapter())!.requestDevice();
    const device = await openDevice({ device: own });
    expect(await values(await device.evaluate(add(row(1, 2), 1)))).toEqual([2, 3]);
    expect(device.info().kind).toBe("gpu");
    device.close();
  });

  it("tells the next call that the device was lost", async () => {
    const own = await (await gpu!.requestAdapter())!.requestDevice();
    const device = await openDevice({ device: own });
    const double = device.compile(function double(x: AnyTensor) {
      return mul(x, 2);
    });
    const x = device.put(row(1));
    own.destroy();
    await own.lost;
    for (let k = 0; k < 2; k++) await expect(double(x)).rejects.toThrow(/double: the device was lost/);
  });

  it("says without an adapter what is missing", async () => {
    await expect(openDevice({ gpu: { requestAdapter: async () => null } as never })).rejects.toThrow(
      /no WebGPU adapter/,
    );
  });

  it("profiles donated state whose small tensors share a buffer", async () => {
    const device = await openDevice({ gpu: gpu!, wait: waitNapping });
    const step = device.compile((s: { a: AnyTensor; b: AnyTensor }) => ({ a: add(s.a, s.b), b: s.b }), {
      donate: [0],
    });
    const report = await step.profile(await device.evaluate({ a: add(row(1), 1), b: add(row(2), 1) }));
    expect(report.kernels.length).toBeGreaterThan(0);
    expect(await values(await device.evaluate(add(row(1), 1)))).toEqual([2]); // no submit was refused
    device.close();
  });

  it("gives a plan's memory back with its program", async () => {
    const device = await openDevice({ gpu: gpu!, wait: waitNapping });
    const grown = await (async () => {
      const before = device.allocatedBytes();
      const program = device.compile((x: AnyTensor) => sum(transpose(mul(sum(matmul(x, x), { axis: 0 }), 2))));
      await (await program(tensor(new Float32Array(4096), { shape: [64, 64] }))).item();
      return device.allocatedBytes() - before;
    })();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held = device.allocatedBytes();
    for (let k = 0; k < 100 && device.allocatedBytes() >= held; k++) {
      collect();
      await new Promise((done) => setTimeout(done, 10));
    }
    expect(grown).toBeGreaterThan(16_384); // the product's slot
    expect(device.allocatedBytes()).toBeLessThan(held - 16_384);
    device.close();
  });

  it("runs, melts and differentiates a user's elementwise op, given one scalar expression", async () => {
    const device = await openDevice({ gpu: gpu!, wait: waitNapping });
    const mishOp: Op<null> = defineOp<null>({
      name: "mish",
      infer: ([x]) => [x!],
      scalar: call("mul", arg(0), call("tanh", call("softplus", arg(0)))),
      samples: () => [],
    });
    const mish = (x: AnyTensor): AnyTensor => apply1(mishOp, [x], null);
    const program = device.compile((x: AnyTensor) => ({
      y: mul(mish(x), 2),
      slope: grad((z: AnyTensor) => sum(mish(z)))(x),
    }));
    const x = [-2, -0.5, 0, 1, 3];
    const { y, slope } = await program(row(...x));
    const exact = (v: number): number => v * Math.tanh(Math.log1p(Math.exp(v)));
    const h = 1e-5;
    const gpuY = await values(y);
    const gpuSlope = await values(slope);
    x.forEach((v, i) => {
      expect(gpuY[i]).toBeCloseTo(2 * exact(v), 4); // tanh: 1e-5 absolute
      expect(gpuSlope[i]).toBeCloseTo((exact(v + h) - exact(v - h)) / (2 * h), 4);
    });
    device.close();
  });

  it("runs an op with the user's own kernel, and names the line that does not compile", async () => {
    const device = await openDevice({ gpu: gpu!, wait: waitNapping });
    const twice = (source: string): Op<null> =>
      defineOp<null>({
        name: "twice",
        infer: ([x]) => [x!],
        kernel: { source, workgroups: () => [1, 1, 1] },
        reference: ({ inputs: [x], outputs: [y] }) => x!.forEach((v: number, i: number) => (y![i] = 2 * v)),
        samples: () => [],
      });
    const source = `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { y[i] = 2.0 * x[i]; }`;
    expect(await values(await device.evaluate(apply1(twice(source), [row(1, 2, 3, 4)], null)))).toEqual([2, 4, 6, 8]);
    const wrong = device.evaluate(apply1(twice(source.replace("2.0", "two")), [row(1, 2, 3, 4)], null));
    await expect(wrong).rejects.toThrow(/twice\.source:3:87 unresolved value 'two' \(op twice\)/);
    expect(await values(await device.evaluate(add(row(1), 1)))).toEqual([2]); // the refusal was told once
    device.close();
  });
});
