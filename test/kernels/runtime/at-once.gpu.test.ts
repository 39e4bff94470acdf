import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../../src/tensor/device.ts";
import { cumsum } from "../../../src/tensor/ops/cumsum.ts";
import { mul, sin } from "../../../src/tensor/ops/elementwise.ts";
import { sum } from "../../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { describeGpu } from "../../support/gpu.ts";
import { openers } from "../../support/gpu-devices.ts";

const open = openers["as it is"]!;
const mebibyte = 2 ** 20;

/** 512 programs of different form. */
const chain = (x: AnyTensor, form: number): AnyTensor =>
  Array.from({ length: 9 }, (_, k) => k).reduce((y, k) => ((form >> k) & 1 ? sin(y) : mul(y, 2)), x);

// sin is within 2⁻¹¹ absolute, and doubled up to nine times (WGSL accuracy table)
const expectClose = (got: ArrayLike<number>, want: ArrayLike<number>, what: string): void => {
  for (let i = 0; i < want.length; i++) {
    expect(Math.abs(got[i]! - want[i]!), what).toBeLessThan(1e-2 * (1 + Math.abs(want[i]!)));
  }
};

describeGpu("many at once", () => {
  let devices: Device[];
  beforeAll(async () => {
    devices = [await open(), await open()];
  });
  afterAll(() => Promise.all(devices.map((device) => device.close())));

  it("300 different eager programs, more than are kept, and some beside them on another device", {
    timeout: 240_000,
  }, async () => {
    const x = tensor([1, 2, 3]);
    const results = await Promise.all(
      [300, 40].flatMap((count, at) =>
        Array.from({ length: count }, async (_, form) => {
          return [form, await (await devices[at]!.evaluate(chain(x, form))).data()] as const;
        }),
      ),
    );
    for (const [form, got] of results) {
      expectClose(got, await evaluateReference(chain(x, form)).data(), `form ${form}`);
    }
  });

  it("one program of 100 forms at once, more than are kept", async () => {
    const program = devices[0]!.compile((x: AnyTensor) => sum(cumsum(x, { axis: 0 })));
    const lengths = Array.from({ length: 100 }, (_, i) => i + 1);
    const results = await Promise.all(
      lengths.map(async (n) => (await program(tensor(new Float32Array(n).fill(1)))).item()),
    );
    expect(results).toEqual(lengths.map((n) => (n * (n + 1)) / 2));
  });

  it("profiles, calls and frees of one program at once", async () => {
    const [device] = devices as [Device];
    const program = device.compile((x: AnyTensor, k: number) => mul(cumsum(x, { axis: 0 }), k));
    await program.profile(tensor(new Float32Array(1000)), 1); // measures the adapter, once
    const work = async (k: number): Promise<number> => {
      const x = device.put(tensor(new Float32Array(1000).fill(k)));
      const measuring = program.profile(x, 1);
      const result = await program(x, 2);
      device.free(x); // the profile goes on with its memory
      const other = device.put(tensor(new Float32Array(1000).fill(-1)));
      await measuring;
      expect((await other.data()).every((value) => value === -1)).toBe(true);
      return (await result.data())[999]!;
    };
    expect(await Promise.all([1, 2, 3, 4].map(work))).toEqual([1, 2, 3, 4].map((k) => 2000 * k));
  });

  it("60 shapes of one program, with more plan memory than is kept", { timeout: 240_000 }, async () => {
    const [device] = devices as [Device];
    const program = device.compile((x: AnyTensor) => sum(cumsum(cumsum(x, { axis: 0 }), { axis: 0 })));
    let most = 0;
    for (const [call, shape] of [...Array(60).keys(), 0, 1, 2, 59].entries()) {
      const n = 1_200_000 + 1000 * shape; // 10 MB and more of intermediates
      const data = new Float32Array(n);
      data[n - 2] = call + 1; // in the last prefix sum once, in the last of those twice: three times in all
      const got = await device.scope(async (scope) => (await scope.run(program, scope.put(tensor(data)))).item());
      expect(got).toBe(3 * (call + 1));
      most = Math.max(most, device.memory().planBytes);
    }
    expect(most).toBeGreaterThan(200 * mebibyte);
    expect(most).toBeLessThanOrEqual(276 * mebibyte); // 256, and the plan that comes in
  });
});
