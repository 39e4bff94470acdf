import { afterAll, beforeAll, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { openDevice } from "../../src/kernels/index.ts";
import { waitNapping } from "../../src/node/nap.ts";
import type { Device } from "../../src/tensor/device.ts";
import { add, conv2d, exp, matmul, mean, mul, relu, sum, transpose } from "../../src/tensor/ops/index.ts";
import { key, normal } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { describeGpu, gpu } from "../support/gpu.ts";

const random = (...shape: number[]): AnyTensor => normal(key(0), shape) as AnyTensor;

describeGpu("reports of a program", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice({ gpu: gpu!, wait: waitNapping });
  });
  afterAll(() => device.close());

  it("profile: counts work by hand, and sets it against the adapter's limits", async () => {
    const program = device.compile((x: AnyTensor, w: AnyTensor, images: AnyTensor, filters: AnyTensor) => ({
      product: matmul(x, w),
      chain: exp(mul(add(x, 1), 2) as never),
      convolved: conv2d(images, filters, { padding: "same" }),
    }));
    const args = await device.evaluate([random(96, 80), random(80, 64), random(2, 12, 12, 8), random(3, 3, 8, 16)]);
    const report = await program.profile(...(args as [AnyTensor, AnyTensor, AnyTensor, AnyTensor]));
    const work = Object.fromEntries(report.kernels.map(({ name, ...rest }) => [name.split(" ")[0]!, rest]));
    expect(work["matmul"]).toMatchObject({
      calls: 1,
      flops: 2 * 96 * 80 * 64,
      bytes: 4 * (96 * 80 + 80 * 64 + 96 * 64),
    });
    expect(work["elementwise"]).toMatchObject({ calls: 1, flops: 3 * 96 * 80, bytes: 4 * (2 * 96 * 80) });
    expect(work["conv2d"]).toMatchObject({
      calls: 1,
      flops: 2 * (2 * 12 * 12 * 16) * (3 * 3 * 8),
      bytes: 4 * (2 * 12 * 12 * 8 + 3 * 3 * 8 * 16 + 2 * 12 * 12 * 16),
    });
    const limits = report.limits!;
    expect(limits.flopsPerSecond).toBeGreaterThan(1e8);
    expect(limits.bytesPerSecond).toBeGreaterThan(1e8);
    for (const kernel of report.kernels) {
      expect(kernel.ms).toBeGreaterThan(0);
      expect(kernel.flopsPerSecond).toBeCloseTo(kernel.flops / (kernel.ms / 1e3), 0);
      expect(kernel.bytesPerSecond).toBeCloseTo(kernel.bytes / (kernel.ms / 1e3), 0);
      const least = Math.max(kernel.flops / limits.flopsPerSecond, kernel.bytes / limits.bytesPerSecond);
      expect(kernel.ofLimit).toBeCloseTo(Math.min(1, least / (kernel.ms / 1e3)), 9);
    }
    expect(report.kernels.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 9);
    expect(report.kernels.reduce((total, { ms }) => total + ms, 0)).toBeCloseTo(report.totalMs, 9);
    expect(report.kernels.map(({ ms }) => ms)).toEqual([...report.kernels.map(({ ms }) => ms)].sort((a, b) => b - a));
    expect((await program.profile(...(args as [AnyTensor, AnyTensor, AnyTensor, AnyTensor]))).limits).toEqual(limits);
  });

  it("profile: leaves arguments that are not donated as they were", async () => {
    const program = device.compile((s: { a: AnyTensor }, b: AnyTensor) => ({ a: add(s.a, b) }), { donate: [0] });
    const b = await device.evaluate(mul(tensor([1, 2, 3]), 2));
    await program.profile({ a: tensor([0, 0, 0]) }, b);
    expect([...(await b.data())]).toEqual([2, 4, 6]);
    expect([...(await (await program({ a: tensor([1, 1, 1]) }, b)).a.data())]).toEqual([3, 5, 7]);
  });

  it("profile: refuses, with arguments untouched, an adapter without timestamps", async () => {
    const own = await (await gpu!.requestAdapter())!.requestDevice();
    const plain = await openDevice({ device: own, wait: waitNapping });
    const program = plain.compile((s: { a: AnyTensor }) => ({ a: add(s.a, 1) }), { donate: [0] });
    const state = plain.put({ a: tensor([1, 2]) });
    await expect(program.profile(state)).rejects.toThrow(/profile: the adapter has no timestamp-query/);
    expect([...(await (await program(state)).a.data())]).toEqual([2, 3]);
    plain.close();
  });

  it("memory: says who lies in which slot, when, and by which line", async () => {
    const loss = (w: AnyTensor, x: AnyTensor): AnyTensor => {
      let h = x;
      for (let k = 0; k < 3; k++) h = relu(matmul(h, w) as never);
      return mean(sum(mul(h, transpose(h)), { axis: 0 }));
    };
    const program = device.compile((w: AnyTensor, x: AnyTensor) => grad(loss)(w, x));
    await program(...(await device.evaluate([random(64, 64), random(64, 64)] as [AnyTensor, AnyTensor])));
    const { slots, peakBytes, liveBytes, naiveBytes } = program.memory();
    expect(peakBytes).toBe(slots.reduce((total, { bytes }) => total + bytes, 0));
    const values = slots.flatMap((slot) => slot.values);
    expect(values.length).toBeGreaterThan(slots.length); // some slot has several in turn
    for (const slot of slots) {
      expect(slot.bytes).toBe(Math.max(...slot.values.map(({ offset, bytes }) => offset + bytes)));
      for (const [i, a] of slot.values.entries()) {
        expect(a.to).toBeGreaterThanOrEqual(a.from);
        for (const b of slot.values.slice(0, i)) {
          const meet = a.from <= b.to && b.from <= a.to;
          const overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
          expect(meet && overlap).toBe(false);
        }
      }
    }
    const last = Math.max(...values.map(({ to }) => to));
    const live = Array.from({ length: last + 1 }, (_, at) =>
      values.reduce((total, { from, to, bytes }) => total + (from <= at && at <= to ? bytes : 0), 0),
    );
    expect(Math.max(...live)).toBe(liveBytes);
    expect(liveBytes).toBeLessThan(naiveBytes);
    const product = values.find(({ what }) => what === "matmul")!;
    expect(product).toMatchObject({
      type: "f32[1,64,64]",
      bytes: 4 * 64 * 64,
      line: expect.stringMatching(/^loss \(profile\.gpu\.test\.ts:/),
    });
  });

  it("memory: names scratch by its kernel", async () => {
    const program = device.compile((x: AnyTensor) => sum(x, { axis: 0 }));
    await program(await device.evaluate(random(8192, 4)));
    const values = program.memory().slots.flatMap((slot) => slot.values);
    expect(values.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^reduce-[a-z-]+ sum scratch$/));
    expect(values.every(({ line }) => line?.includes("profile.gpu.test.ts"))).toBe(true);
  });
});
