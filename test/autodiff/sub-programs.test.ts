import { expect, test } from "vitest";
import { checkpoint } from "../../src/autodiff/checkpoint.ts";
import { customVjp } from "../../src/autodiff/custom-vjp.ts";
import { grad, valueAndGrad } from "../../src/autodiff/grad.ts";
import { jvp } from "../../src/autodiff/jvp.ts";
import { stopGradient } from "../../src/autodiff/stop-gradient.ts";
import { topologicalOrder } from "../../src/tensor/graph.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { add, div, exp, mul, square, tanh } from "../../src/tensor/ops/elementwise.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "./values.ts";

const block = (p: { x: AnyTensor; w: AnyTensor }) => ({ y: tanh(mul(exp(mul(p.x, p.w) as Tensor), p.w) as Tensor) });
const inputs = { x: tensor([0.5, -1]), w: tensor([0.25, 0.75]) };

test("checkpoint: value and three derivatives are those of the function", () => {
  const plain = (p: typeof inputs): AnyTensor => sum(block(p).y);
  const kept = (p: typeof inputs): AnyTensor => sum(checkpoint(block)(p).y);
  expect(values(kept(inputs))).toEqual(values(plain(inputs)));
  type Fn = (p: typeof inputs) => AnyTensor;
  const derive =
    (f: Fn): Fn =>
    (p) =>
      sum(square(grad(f)(p).w));
  let [f, g]: [Fn, Fn] = [plain, kept];
  for (let order = 1; order <= 3; order++) {
    expect(values(grad(g)(inputs))).toEqual(values(grad(f)(inputs)));
    [f, g] = [derive(f), derive(g)];
  }
  expect(values(jvp(kept, [inputs], [inputs]).tangent)).toEqual(values(jvp(plain, [inputs], [inputs]).tangent));
});

test("checkpoint: what the function captures gets its gradient, also through nesting", () => {
  const f = (w: AnyTensor): AnyTensor => {
    const scaled = mul(w, 3);
    const inner = checkpoint((x: AnyTensor) => mul(square(x), scaled));
    return sum(checkpoint((x: AnyTensor) => add(inner(x), scaled))(tensor([2, 5])));
  };
  expect(values(grad(f)(tensor([1, 1])))).toEqual([15, 78]);
});

test("checkpoint: nothing inside is shared with the backward pass, which waits for the cotangent", () => {
  const x = tensor([1, 2]);
  const { value, gradient } = valueAndGrad((v: AnyTensor) =>
    sum(square(checkpoint((u: AnyTensor) => exp(exp(u as Tensor)))(v))),
  )(x);
  const order = topologicalOrder([value, gradient]);
  const barriers = order.filter((node) => node.op?.name === "barrier");
  expect(barriers).toHaveLength(1);
  const recomputed = order.filter((node) => node.op?.name === "exp");
  expect(recomputed.length).toBeGreaterThanOrEqual(2);
  for (const node of recomputed) {
    const past = topologicalOrder(node.inputs);
    expect(past).toContain(barriers[0]);
  }
  expect(barriers[0]!.inputs).toHaveLength(2);
  expect(topologicalOrder([barriers[0]!.inputs[1]!]).some((node) => node.op?.name === "checkpoint")).toBe(true);
});

test("customVjp: the rule replaces the gradient, and is itself differentiated", () => {
  const clipped = customVjp(
    (x: AnyTensor) => square(x),
    ({ args: [x], g }) => [mul(g, mul(x, 10))],
  );
  expect(values(clipped(tensor([3])))).toEqual([9]);
  const f = (x: AnyTensor): AnyTensor => sum(clipped(x));
  expect(values(grad(f)(tensor([3])))).toEqual([30]);
  expect(values(grad((x: AnyTensor) => sum(grad(f)(x)))(tensor([3])))).toEqual([10]);
  expect(values(jvp(f, [tensor([3])], [tensor([2])]).tangent)).toEqual([60]);
});

test("customVjp: trees, value, null and unused outputs", () => {
  const f = customVjp(
    (p: { a: AnyTensor; b: AnyTensor }, n: AnyTensor) => ({ q: div(p.a, p.b), n }),
    ({ args: [{ b }], value, g }) => [{ a: div(g.q, b), b: mul(g.q, mul(value.q, -1)) }, null],
  );
  const args = { a: tensor(6), b: tensor(2) };
  expect(values(grad((p: typeof args) => f(p, tensor([1])).q)(args))).toEqual({ a: [0.5], b: [-3] });
  const straightThrough = customVjp(
    (x: AnyTensor) => mul(x, 0),
    ({ g }) => [g],
  );
  expect(values(grad((x: AnyTensor) => sum(checkpoint(straightThrough)(x)))(tensor([1, 2])))).toEqual([1, 1]);
});

test("customVjp: a rule that does not fit, or a captured variable, is refused", () => {
  const x = tensor([1, 2]);
  const bad = (rule: () => unknown) => customVjp((v: AnyTensor) => square(v), rule as never);
  const derive = (f: (v: AnyTensor) => AnyTensor) => () => grad((v: AnyTensor) => sum(f(v)))(x);
  expect(derive(bad(() => []))).toThrow(/customVjp: the rule must return 1 cotangents/);
  expect(derive(bad(() => [undefined]))).toThrow(/no cotangent of argument 0/);
  expect(derive(bad(() => [tensor(1)]))).toThrow(/the VJP of customVjp gives f32\[\] for input 0, which is f32\[2\]/);
  const captures = (w: AnyTensor): AnyTensor =>
    sum(
      customVjp(
        function scale(v: AnyTensor) {
          return mul(v, w);
        },
        ({ g }) => [g],
      )(x),
    );
  expect(() => grad(captures)(x)).toThrow(
    /customVjp\(scale\): the function captures a differentiated tensor, f32\[2\]/,
  );
  expect(values(grad((w: AnyTensor) => add(captures(stopGradient(w)), sum(w)))(x))).toEqual([1, 1]);
});
