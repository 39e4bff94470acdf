import { describe, expect, test } from "vitest";
import { sgd } from "../../src/nn/sgd.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

/** torch.optim.SGD's loop, one number at a time; buf starts as the first gradient. */
function torchSgd(
  w: number,
  gradients: readonly number[],
  rates: readonly number[],
  { momentum = 0, nesterov = false, weightDecay = 0 },
): number {
  let buffer: number | undefined;
  gradients.forEach((gradient, t) => {
    let d = gradient + weightDecay * w;
    if (momentum !== 0) {
      buffer = buffer === undefined ? d : momentum * buffer + d;
      d = nesterov ? d + momentum * buffer : buffer;
    }
    w -= rates[t]! * d;
  });
  return w;
}

describe("sgd", () => {
  const gradients = [0.5, -1.25, 2, 0.75];
  const rates = [0.1, 0.1, 0.01, 0.3];
  test.each([
    {},
    { weightDecay: 0.5 },
    { momentum: 0.9 },
    { momentum: 0.9, weightDecay: 5e-4 },
    { momentum: 0.9, nesterov: true },
    { momentum: 0.5, nesterov: true, weightDecay: 0.25 },
  ])("%o: four steps with a changing rate, in PyTorch's order", (options) => {
    const optimizer = sgd(options);
    let params: object = { layers: [{ w: tensor([2, -3]) }] };
    let state = optimizer.init(params);
    gradients.forEach((g, t) => {
      const gradient = { layers: [{ w: tensor([g, -g]) }] };
      ({ params, state } = optimizer.update(gradient as object, state, params, { lr: rates[t]! }));
    });
    const [a, b] = (values(params) as { layers: { w: number[] }[] }).layers[0]!.w;
    expect(a).toBeCloseTo(torchSgd(2, gradients, rates, options), 6); // gradients and constants pass through f32
    expect(b).toBeCloseTo(
      torchSgd(
        -3,
        gradients.map((g) => -g),
        rates,
        options,
      ),
      6,
    );
  });

  test("the rate may be a tensor: data of a compiled step", () => {
    const optimizer = sgd();
    const params = { w: tensor([1]) };
    const next = optimizer.update({ w: tensor([2]) }, optimizer.init(params), params, {
      lr: tensor(0.25, { dtype: "f32" }),
    });
    expect(values(next.params)).toEqual({ w: [0.5] });
  });

  test("refuses Nesterov without momentum, and trees that differ", () => {
    expect(() => sgd({ nesterov: true })).toThrow(/nesterov needs momentum/);
    const optimizer = sgd();
    const params = { a: tensor([1]) };
    const other = { b: tensor([1]) } as unknown as typeof params;
    expect(() => optimizer.update(other, optimizer.init(params), params, { lr: 1 })).toThrow(/no tensor at/);
  });
});
