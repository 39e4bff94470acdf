import { expect, it } from "vitest";
import type { AnyTensor, Tensor } from "../../src/index.ts";
import {
  checkpoint,
  customVjp,
  grad,
  matmul,
  mul,
  openDevice,
  random,
  referenceDevice,
  square,
  sum,
  tanh,
  tensor,
  valueAndGrad,
} from "../../src/index.ts";
import { describeGpu, gpu } from "../support/gpu.ts";

const size = 64;
const layers = 16;

/** A deep chain of dense layers in blocks of four; each block is kept, or computed again for the gradient. */
function chain(wrap: (block: (x: AnyTensor, w: AnyTensor) => AnyTensor) => typeof block) {
  const block = wrap((x, w) => {
    let y = x;
    for (let i = 0; i < 4; i++) y = tanh(matmul(y, w));
    return y;
  });
  return (w: AnyTensor, x: AnyTensor) => {
    const loss = (v: AnyTensor): AnyTensor => {
      let y = x;
      for (let i = 0; i < layers / 4; i++) y = block(y, v);
      return sum(square(y));
    };
    return valueAndGrad(loss)(w);
  };
}

describeGpu("sub-programs on the GPU", () => {
  it("checkpoint gives the same gradient from less memory", async () => {
    const device = await openDevice({ gpu: gpu! });
    const w = mul(random.normal(random.key(1), [size, size]), 0.15);
    const x = random.normal(random.key(2), [256, size]);
    const [plain, kept] = [device.compile(chain((f) => f)), device.compile(chain((f) => checkpoint(f)))];
    const args = await device.evaluate([w, x] as const);
    const [a, b] = [await plain(...args), await kept(...args)];
    expect(await b.value.item()).toBe(await a.value.item());
    const [left, right] = [[...(await a.gradient.data())], [...(await b.gradient.data())]];
    const largest = left.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const gap = left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0);
    expect(gap).toBeLessThan(1e-5 * largest);
    console.log(`checkpoint: ${plain.memory().peakBytes} → ${kept.memory().peakBytes} bytes`);
    expect(kept.memory().peakBytes).toBeLessThan(0.7 * plain.memory().peakBytes);
    device.close();
  });

  it("custom rules, and gradients of gradients through both, are those of the reference", async () => {
    const f = customVjp(
      (x: AnyTensor) => square(x),
      ({ args: [x], g }) => [mul(g, mul(x, 3))],
    );
    const program = (x: Tensor) => {
      const inner = (v: AnyTensor): AnyTensor => sum(checkpoint((u: AnyTensor) => tanh(f(u)))(v));
      return { first: grad(inner)(x), second: grad((v: AnyTensor) => sum(square(grad(inner)(v))))(x) };
    };
    const x = tensor([0.5, -1, 0.25]);
    const device = await openDevice({ gpu: gpu! });
    const results = [await device.compile(program)(x), await referenceDevice().compile(program)(x)];
    const eager = await device.evaluate(program(x));
    for (const name of ["first", "second"] as const) {
      const [actual, expected] = await Promise.all(results.map(async (result) => [...(await result[name].data())]));
      actual!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 4));
      expect([...(await eager[name].data())]).toEqual(actual);
    }
    device.close();
  });
});
