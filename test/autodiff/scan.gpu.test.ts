import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AnyTensor, Device, Tensor } from "../../src/index.ts";
import {
  add,
  cast,
  evaluateReference,
  grad,
  hvp,
  mul,
  openDevice,
  referenceDevice,
  scan,
  sin,
  square,
  sum,
  tanh,
  tensor,
  valueAndGrad,
} from "../../src/index.ts";
import { sgd } from "../../src/nn/index.ts";
import { describeGpu, gpu } from "../support/gpu.ts";
import { expectNumbers, numbersOf } from "../support/numbers.ts";
import { byLoop, byScan, recurrent, recurrentSizes } from "./scan-cases.ts";

/** Equal up to rounding beside the largest of the numbers. */
function near(got: readonly number[], want: readonly number[]): void {
  const scale = 1 + Math.max(...want.map(Math.abs));
  expect(got).toHaveLength(want.length);
  expect(Math.max(...got.map((value, i) => Math.abs(value - want[i]!)))).toBeLessThan(2 ** -16 * scale);
}

describeGpu("scan on the GPU", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice({ gpu: gpu! });
  });
  afterAll(() => device.close());

  it("is the loop written out, in value, gradient and second derivative", async () => {
    await fc.assert(
      fc.asyncProperty(recurrentSizes, async (sizes) => {
        const [w, ...rest] = recurrent({ ...sizes, diagonal: true });
        const all = (f: typeof byLoop) => (v: Tensor, b: Tensor, h: Tensor, xs: Tensor) => [
          f(v, b, h, xs),
          grad(f, { argnums: [0, 3] })(v, b, h, xs),
          hvp((u: Tensor) => f(u, b, h, xs), [v], [v]),
        ];
        const exact = await numbersOf(evaluateReference(all(byLoop)(w, ...rest)));
        near(await numbersOf(await device.compile(all(byScan(sizes.every)))(w, ...rest)), exact);
      }),
      { numRuns: 3 },
    );
  });

  it("passes rows and carries of every dtype, swaps carries, gives them as they are, and takes rows of two loops", async () => {
    const xs = evaluateReference({
      u: tensor(
        Uint8Array.from({ length: 15 }, (_, i) => 16 * i),
        { shape: [5, 3] },
      ),
      h: cast(tensor([1, 2, 3, 4, 5]), "f16"),
      i: tensor([5, 4, 3, 2, 1], { dtype: "i32" }),
      wide: tensor(
        Float32Array.from({ length: 320 }, (_, i) => i),
        { shape: [5, 64] },
      ),
    });
    const f = (rows: typeof xs) => {
      const init = {
        a: tensor(1),
        b: tensor(2),
        half: cast(tensor([1, 2]), "f16"),
        n: tensor([0, 0, 0], { dtype: "i32" }),
      };
      const first = scan(
        (c: typeof init, x) => [
          { a: c.b, b: c.a, half: c.half, n: add(c.n, cast(x.u, "i32")) },
          { ...x, a: c.a, sum: add(sum(x.wide), cast(x.i, "f32")), zero: tensor(0), n: c.n, again: c.n },
        ],
        init,
        rows,
      );
      const second = scan(
        (c: AnyTensor, y: (typeof first)[1]) => [add(c, mul(y.sum, y.a)), y.wide],
        tensor(0),
        first[1] as never,
      );
      return [first, second];
    };
    const exact = await numbersOf(evaluateReference(f(xs)));
    expectNumbers(await numbersOf(await device.compile(f)(xs)), exact);
    expectNumbers(await numbersOf(await device.evaluate(f(xs))), exact);
  });

  it("trains a recurrent layer whose state is donated, as the reference does", async () => {
    const [w, b, h, xs] = recurrent({ batch: 3, width: 16, length: 5, seed: 5 });
    const rule = sgd({ momentum: 0.9 });
    const step = (
      state: { params: { w: Tensor; b: Tensor }; momentum: ReturnType<typeof rule.init> },
      x: Tensor,
      lr: number,
    ) => {
      const loss = (p: { w: Tensor; b: Tensor }): Tensor<[]> => byScan()(p.w, p.b, h, x);
      const { value, gradient } = valueAndGrad(loss)(state.params);
      const next = rule.update(gradient, state.momentum, state.params, { lr });
      return { state: { params: next.params, momentum: next.state }, value };
    };
    const losses: number[][] = [];
    for (const one of [device, referenceDevice()]) {
      const run = one.compile(step as never, { donate: [0] }) as unknown as (
        ...args: Parameters<typeof step>
      ) => Promise<ReturnType<typeof step>>;
      let state = evaluateReference({ params: { w, b }, momentum: rule.init({ w, b }) });
      const told: number[] = [];
      for (let i = 0; i < 4; i++) {
        const result = await run(state as never, xs, 0.01 * (i + 1));
        state = result.state as typeof state;
        told.push(await result.value.item());
      }
      losses.push(told);
    }
    losses[0]!.forEach((value, i) => expect(value / losses[1]![i]!).toBeCloseTo(1, 4));
    expect(new Set(losses[1]).size).toBe(4);
  });

  it("goes through loops in loops, bound by more rows than may move", async () => {
    const rows = Array.from({ length: 18 }, (_, i) =>
      tensor(
        Float32Array.from({ length: 12 }, (_, k) => i + k),
        { shape: [3, 4] },
      ),
    );
    const f = (xs: readonly AnyTensor[]): Tensor<[]> => {
      const outer = (c: Tensor, x: readonly AnyTensor[]) => {
        const mixed = x.reduce((a, one) => add(mul(a, 0.5), one)) as Tensor;
        const [inner, all] = scan(
          (d: Tensor<[]>, y: Tensor) => [sin(add(d, y)), mul(d, y)],
          sum(c) as Tensor<[]>,
          mixed,
        );
        return [tanh(add(c, inner)), [mixed, all, ...x]] as const;
      };
      const [last, ys] = scan(outer as never, tensor([0.1, 0.2]) as AnyTensor, xs) as [AnyTensor, AnyTensor[]];
      return ys.reduce<AnyTensor>((a, y) => add(a, sum(square(y))), sum(last)) as Tensor<[]>;
    };
    const both = (xs: readonly AnyTensor[]) => valueAndGrad(f)(xs);
    const exact = await numbersOf(evaluateReference(both(rows)));
    near(await numbersOf(await device.compile(both)(rows)), exact);
  });

  it("is profiled step by step", async () => {
    const run = device.compile((x: Tensor) => scan((c: Tensor<[]>, y: Tensor) => [mul(c, y), null], tensor(1), x)[0]);
    const x = tensor(new Float32Array(30).fill(1));
    await run(x);
    if (!device.info().features.includes("timestamp-query")) return;
    const { kernels } = await run.profile(x);
    expect(kernels.find(({ name }) => name.includes("mul"))!.calls).toBe(30);
    expect(run.dump()).toMatch(/\/\/ 1 elementwise mul \[1,1,1\] × 30/);
  });
});
