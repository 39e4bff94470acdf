import { afterAll, beforeAll, expect, it } from "vitest";
import * as d from "../../src/index.ts";
import type { Device } from "../../src/tensor/device.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";

// More pairs and columns than a workgroup has invocations. Their single elements are as far off as the gaps of 130 eigenvalues let them
// be, so the defining equations are checked instead.
describeGpu("matrices of more than two workgroups' rows", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openers["as it is"]!();
  });
  afterAll(() => device.close());

  const n = 130;
  const a = d.evaluateReference(d.random.normal(d.random.key(3), [n, n])) as Tensor;
  const off = (x: Tensor, y: Tensor): Tensor => d.max(d.abs(d.sub(x, y)));

  it("eigh: A·V = V·Λ, VᵀV = 1, λ ascending", async () => {
    const symmetric = d.add(a, d.transpose(a));
    const { values, vectors } = await device.evaluate(d.eigh(symmetric));
    const equation = off(d.matmul(symmetric, vectors), d.mul(vectors, values));
    const square = off(d.matmul(d.transpose(vectors), vectors), d.eye(n));
    const got = await device.evaluate([equation, square, d.sort(values), d.max(values)]);
    const [first, second, largest] = await Promise.all([got[0]!.item(), got[1]!.item(), got[3]!.item()]);
    expect(first / largest).toBeLessThan(1e-5);
    expect(second).toBeLessThan(1e-5);
    expect(await values.data()).toEqual(await got[2]!.data());
  });

  it("qr: Q·R = A, QᵀQ = 1", async () => {
    const { q, r } = await device.evaluate(d.qr(a));
    const got = await device.evaluate([off(d.matmul(q, r), a), off(d.matmul(d.transpose(q), q), d.eye(n))]);
    expect(await got[0]!.item()).toBeLessThan(1e-4);
    expect(await got[1]!.item()).toBeLessThan(1e-5);
  });
});
