import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { openDevice } from "../../src/kernels/index.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { waitNapping } from "../../src/node/nap.ts";
import type { Device } from "../../src/tensor/device.ts";
import { gather, mul, scatterAdd, sum } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { leaf, tensor } from "../../src/tensor/tensor.ts";
import { describeGpu, gpu } from "../support/gpu.ts";
import { input, planLimits } from "../support/plans.ts";

const indexInput = (n: number): AnyTensor => leaf({ shape: [n], dtype: "i32" }, { kind: "input" });

/** Invocations of a plan's dispatches. */
function invocations(output: AnyTensor): number {
  const { steps } = makePlan({ outputs: [output], donations: new Map() }, planLimits());
  return steps.reduce((total, { workgroups: [x, y, z] }) => total + 64 * x * y * z, 0);
}

describe("the gradient of a gather", () => {
  // Each invocation of radix passes walks its chunk once, of the last step its segment once: work is what they touch, not their square.
  it.each([10 ** 4, 10 ** 5, 10 ** 6])(
    "of %i rows has as many dispatches as its index has digits, and few invocations",
    (n) => {
      const [x, g, at] = [input(n, 4), input(n, 4), indexInput(n)];
      const backward = grad((y: AnyTensor) => sum(mul(gather(y, at), g)))(x) as AnyTensor;
      const { steps } = makePlan({ outputs: [backward], donations: new Map() }, planLimits());
      const digits = Math.ceil(Math.log2(n + 1) / 4);
      expect(steps.length).toBeLessThanOrEqual(4 + 3 * digits);
      expect(invocations(backward)).toBeLessThanOrEqual(4 * invocations(gather(x, at)));
    },
  );
});

describeGpu("segment sums", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice({ adapter: (await gpu!.requestAdapter())!, wait: waitNapping });
  });
  afterAll(() => device.close());

  it("two million reversed indices", async () => {
    const n = 2 * 10 ** 6;
    const x = tensor(Float32Array.from({ length: n }, (_, i) => i)) as AnyTensor;
    const reversed = tensor(Int32Array.from({ length: n }, (_, i) => n - 1 - i)) as AnyTensor;
    const program = device.compile((a: AnyTensor, i: AnyTensor) => scatterAdd(a, i, { size: n }));
    const y = await (await program(x, reversed)).data();
    expect(y.findIndex((value, i) => value !== n - 1 - i)).toBe(-1);
  });

  it("a million equal indices: exact to f32, and the same bits twice", async () => {
    const n = 10 ** 6;
    const x = tensor(new Float32Array(n).fill(0.1)) as AnyTensor;
    const same = tensor(new Int32Array(n).fill(3)) as AnyTensor;
    const program = device.compile((a: AnyTensor, i: AnyTensor) => scatterAdd(a, i, { size: 5 }));
    const [first, second] = [await (await program(x, same)).data(), await (await program(x, same)).data()];
    const exact = n * Math.fround(0.1);
    expect(Math.abs(first[3]! - exact) / exact).toBeLessThan(1e-5);
    expect(first).toEqual(second);
  });
});
