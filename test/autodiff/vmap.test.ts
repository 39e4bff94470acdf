import { describe, expect, test } from "vitest";
import { checkpoint, customVjp, grad, hvp, jacobian, vmap } from "../../src/autodiff/index.ts";
import { apply1, defineOp } from "../../src/tensor/op.ts";
import {
  add,
  concat,
  conv2d,
  exp,
  matmul,
  mean,
  mul,
  relu,
  reshape,
  sin,
  slice,
  softmaxCrossEntropy,
  square,
  stack,
  sum,
  take,
} from "../../src/tensor/ops/index.ts";
import * as random from "../../src/tensor/random.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "./values.ts";

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const row = (of: AnyTensor, i: number): AnyTensor =>
  reshape(slice(of, { axis: 0, start: i, stop: i + 1 }), of.shape.slice(1));
const close = (got: AnyTensor, want: AnyTensor): void => {
  expect(got.shape).toEqual(want.shape);
  const numbers = values(got) as number[];
  (values(want) as number[]).forEach((value, i) => expect(numbers[i]).toBeCloseTo(value, 5));
};

describe("vmap", () => {
  test("maps along any axis, and puts the calls' axis anywhere", () => {
    const f = (row: AnyTensor): AnyTensor => mul(row, sum(row));
    expect(values(vmap(f)(x))).toEqual([6, 12, 18, 60, 75, 90]);
    expect(values(vmap(f, { inAxes: 1, outAxes: 1 })(x))).toEqual([5, 14, 27, 20, 35, 54]);
    expect(values(vmap(f, { inAxes: -1, outAxes: -1 })(x))).toEqual([5, 14, 27, 20, 35, 54]);
  });

  test("takes trees, shared arguments and values that are no tensors; results that no call changes are repeated", () => {
    const f = (
      p: { w: AnyTensor; name: string },
      y: AnyTensor,
      n: number,
    ): { a: AnyTensor; b: AnyTensor; n: number } => ({
      a: add(mul(p.w, n), y),
      b: mul(y, 2),
      n,
    });
    const { a, b, n } = vmap(f, { inAxes: [0, null, null] })({ w: tensor([1, 2]), name: "w" }, tensor(10), 3);
    expect([values(a), values(b), n]).toEqual([[13, 16], [20, 20], 3]);
  });

  test("gives a gradient per example, through a convolution and a matrix product", () => {
    const key = random.key(3);
    const p = {
      k: random.normal(random.foldIn(key, 1), [3, 3, 2, 4]),
      w: random.normal(random.foldIn(key, 2), [4, 3]),
    };
    const images = random.normal(random.foldIn(key, 3), [5, 6, 6, 2]);
    const labels = tensor([0, 2, 1, 1, 0], { dtype: "i32" });
    const loss = (q: typeof p, image: AnyTensor, label: AnyTensor): Tensor<[]> => {
      const h = relu(conv2d(reshape(image, [1, 6, 6, 2]) as Tensor, q.k as Tensor, { padding: "same" }));
      const logits = matmul(mean(h, { axis: [1, 2] }) as Tensor, q.w as Tensor);
      return sum(softmaxCrossEntropy(logits, reshape(label, [1]))) as Tensor<[]>;
    };
    const each = vmap(grad(loss), { inAxes: [null, 0, 0] })(p, images, labels);
    const loop = [0, 1, 2, 3, 4].map((i) => grad(loss)(p, row(images, i), row(labels, i)));
    close(each.k, stack(loop.map((one) => one.k)));
    close(each.w, stack(loop.map((one) => one.w)));
  });

  test("is differentiated itself, to second order, and nests", () => {
    const f = (v: AnyTensor): AnyTensor => sum(mul(sin(v as Tensor), v));
    const whole = (v: AnyTensor): AnyTensor => sum(square(vmap(f)(v)));
    const parts = (v: AnyTensor): AnyTensor => add(square(f(row(v, 0)) as Tensor), square(f(row(v, 1)) as Tensor));
    close(grad(whole)(x), grad(parts)(x));
    close(hvp(whole, [x], [x])[0], hvp(parts, [x], [x])[0]);
    expect(values(vmap(vmap((v: AnyTensor) => square(v as Tensor)))(x))).toEqual([1, 4, 9, 16, 25, 36]);
    const outer = vmap((a: AnyTensor) => vmap((b: AnyTensor) => mul(a, b))(tensor([1, 10])))(tensor([2, 3]));
    expect(values(outer)).toEqual([2, 20, 3, 30]);
    close(
      vmap(jacobian((v: AnyTensor) => mul(v, sum(v))))(x),
      stack([0, 1].map((i) => jacobian((v: AnyTensor) => mul(v, sum(v)))(row(x, i)))),
    );
  });

  test("goes through checkpoint and customVjp, whose rules stay", () => {
    const kept = checkpoint((v: AnyTensor) => exp(exp(mul(v, 0.1) as Tensor)));
    const plain = (v: AnyTensor): AnyTensor => exp(exp(mul(v, 0.1) as Tensor));
    close(vmap(grad((v: AnyTensor) => sum(kept(v))))(x), vmap(grad((v: AnyTensor) => sum(plain(v))))(x));
    close(grad((v: AnyTensor) => sum(vmap(kept)(v)))(x), grad((v: AnyTensor) => sum(plain(v)))(x));

    const factor = tensor([7, 8]);
    const f = (v: AnyTensor, w: AnyTensor, c: AnyTensor): AnyTensor =>
      customVjp(
        (a: AnyTensor, b: AnyTensor) => mul(a, sum(b)),
        ({ g, args: [a] }) => [mul(g, c), mul(sum(mul(g, a)), 100)],
      )(v, w);
    // gradient of v: c of the call; of the shared w: the sum over the calls
    const w = tensor(2);
    const all = (v: AnyTensor, u: AnyTensor): AnyTensor => sum(vmap(f, { inAxes: [0, null, 0] })(v, u, factor));
    const [gv, gw] = grad(all, { argnums: [0, 1] })(x, w);
    expect([values(gv), values(gw)]).toEqual([[7, 7, 7, 8, 8, 8], [2100]]);
    const inside = vmap(
      grad((v: AnyTensor, c: AnyTensor) => sum(f(v, w, c))),
      { inAxes: 0 },
    )(x, factor);
    expect(values(inside)).toEqual([7, 7, 7, 8, 8, 8]);
  });

  test("has other random numbers for other keys, the same as call by call", () => {
    const keys = stack(random.split(random.key(5), 3));
    const draw = (key: AnyTensor): AnyTensor => concat([random.uniform(key, [4]), random.normal(key, [3])]);
    close(vmap(draw)(keys), stack([0, 1, 2].map((i) => draw(row(keys, i)))));
  });

  test("runs an op of the user's own call by call", () => {
    const firsts = defineOp<null>({
      name: "firsts",
      infer: ([v]) => [{ shape: [], dtype: v!.dtype }],
      kernel: { source: "", workgroups: () => [1, 1, 1] },
      reference: ({ inputs: [v], outputs: [y] }) => {
        y![0] = v![0]!;
      },
      vjp: null,
      samples: () => [],
    });
    expect(values(vmap((v: AnyTensor) => apply1(firsts, [v], null))(x))).toEqual([1, 4]);
  });

  test("indices outside their own table stay outside", () => {
    const tables = tensor([
      [1, 2],
      [10, 20],
    ]);
    const picks = vmap((at: AnyTensor, table: AnyTensor) => take(table, at, { axis: 0 }))(
      vmap((a: AnyTensor) => add(a, tensor([0, 1, 2], { dtype: "i32" })))(tensor([-1, 0], { dtype: "i32" })),
      tables,
    );
    expect(values(picks)).toEqual([0, 1, 2, 10, 20, 0]);
  });

  test.each([
    [
      "calls that differ in number",
      () => vmap(add)(x, tensor([1, 2, 3])),
      /vmap: 3 calls along axis 0 of argument 1, f32\[3\], but 2 of argument 0/,
    ],
    ["an axis that is not there", () => vmap(sum, { inAxes: 2 })(x), /argument 0, f32\[2,3\], has no axis 2/],
    ["one axis for two arguments", () => vmap(add, { inAxes: [0] })(x, x), /inAxes has 1 entries for 2 arguments/],
    ["nothing to map over", () => vmap(add, { inAxes: null })(x, x), /no argument has a tensor with an axis of calls/],
    ["no calls", () => vmap(sum)(tensor([], { shape: [0, 2] })), /no calls: argument 0, f32\[0,2\], has length 0/],
    ["an axis too far in the result", () => vmap(sum, { outAxes: 1 })(x), /axis 1/],
    ["an async function", () => vmap((async () => x) as never)(x), /async/],
  ])("refuses %s", (_, run, message) => expect(run as () => unknown).toThrow(message as RegExp));
});
