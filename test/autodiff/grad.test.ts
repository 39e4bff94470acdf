import { expect, test } from "vitest";
import { grad, valueAndGrad } from "../../src/autodiff/grad.ts";
import { stopGradient } from "../../src/autodiff/stop-gradient.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { add, exp, mul, square, tanh } from "../../src/tensor/ops/elementwise.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { reshape } from "../../src/tensor/ops/reshape.ts";
import { transpose } from "../../src/tensor/ops/transpose.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { mapTree } from "../../src/tensor/tree.ts";
import { values } from "./values.ts";

test("gradients come as trees like the argument, whatever its depth", () => {
  const params = { layers: [{ w: tensor([2, 3]), kind: "dense" }], scale: tensor(4) };
  const loss = (p: typeof params): AnyTensor => mul(sum(square(p.layers[0]!.w)), p.scale);
  const gradient = grad(loss)(params);
  expect(gradient.layers[0]!.kind).toBe("dense");
  expect(values(mapTree(gradient, (t) => t))).toEqual({ layers: [{ w: [16, 24], kind: "dense" }], scale: [13] });
});

test("argnums picks one or several arguments; unused ones get zeros", () => {
  const f = (a: AnyTensor, _b: AnyTensor, c: AnyTensor): AnyTensor => sum(mul(a, c));
  const args = [tensor([1, 2]), tensor([[5, 5, 5]]), tensor([3, 4])] as const;
  expect(values(grad(f, { argnums: 2 })(...args))).toEqual([1, 2]);
  const [db, da] = grad(f, { argnums: [1, 0] })(...args);
  expect(db.shape).toEqual([1, 3]);
  expect(values([db, da])).toEqual([
    [0, 0, 0],
    [3, 4],
  ]);
});

test("valueAndGrad gives value and aux from the same pass", () => {
  const f = (x: AnyTensor) => ({ value: sum(square(x)), aux: { doubled: mul(x, 2), name: "f" } });
  const { value, gradient, aux } = valueAndGrad(f, { hasAux: true })(tensor([1, 3]));
  expect(values({ value, gradient, aux })).toEqual({
    value: [10],
    gradient: [2, 6],
    aux: { doubled: [2, 6], name: "f" },
  });
  expect(values(grad(f, { hasAux: true })(tensor([5])).gradient)).toEqual([10]);
});

test("perturbation confusion: d/dx (x · d/dy (x + y)) = 1", () => {
  const f = (x: AnyTensor): AnyTensor => mul(x, grad((y: AnyTensor) => add(x, y))(tensor(1)));
  expect(values(grad(f)(tensor(7)))).toEqual([1]);
});

test("the same tensor captured by a closure, or given twice, is another variable", () => {
  const x = tensor(3);
  expect(values(grad((y: AnyTensor) => mul(x, y))(x))).toEqual([3]);
  expect(values(grad((a: AnyTensor, b: AnyTensor) => mul(square(a), b), { argnums: [0, 1] })(x, x))).toEqual([
    [18],
    [9],
  ]);
  // d/dx x · (d/dy x·y at y = x) = d/dx x² = 2x
  const nested = (a: AnyTensor): AnyTensor => mul(a, grad((y: AnyTensor) => mul(a, y))(a));
  expect(values(grad(nested)(x))).toEqual([6]);
});

test("derivatives of any order: d⁴/dx⁴ x⁵ = 120 x, and tanh's third", () => {
  let f: (x: AnyTensor) => AnyTensor = (x) => mul(square(square(x)), x);
  for (let order = 0; order < 4; order++) f = grad(f);
  expect(values(f(tensor(0.5)))).toEqual([60]);
  let g: (x: Tensor) => Tensor = tanh;
  for (let order = 0; order < 3; order++) g = grad(g);
  const t = Math.tanh(Math.fround(0.3));
  expect((values(g(tensor(0.3))) as number[])[0]).toBeCloseTo((1 - t * t) * (6 * t * t - 2), 12);
});

test("a quadratic form has gradient (A + Aᵀ) x", () => {
  const a = tensor([
    [1, 2],
    [3, 5],
  ]);
  const x = tensor([[7], [11]]);
  const f = (v: AnyTensor): AnyTensor => reshape(matmul(transpose(v), matmul(a, v)), []);
  expect(values(grad(f)(x))).toEqual([14 + 55, 35 + 110]);
});

test("stopGradient cuts a tree, and only its path", () => {
  const f = (x: AnyTensor): AnyTensor => sum(mul(stopGradient({ y: exp(x) }).y, x));
  expect((values(grad(f)(tensor([0]))) as number[])[0]).toBe(1);
});

test("fan-out adds up", () => {
  expect(values(grad((x: AnyTensor) => add(add(x, x), mul(x, x)))(tensor(5)))).toEqual([12]);
});

test.each([[[]], [[1]], [[0]], [[2, 0, 3]], [[1, 1, 2]], [[2, 1, 3, 1]], [[1, 2, 1, 2, 1]], [[1, 2, 1, 2, 1, 2]]])(
  "gradient through broadcasting at shape [%s]",
  (shape) => {
    const size = shape.reduce((a: number, b: number) => a * b, 1);
    const x = tensor(new Float32Array(size).fill(3), { shape });
    const gradient = grad((v: AnyTensor) => sum(mul(square(v), tensor([[[2]]]))))(x);
    expect(gradient.shape).toEqual(shape);
    expect(values(gradient)).toEqual(new Array(size).fill(12));
    const scale = tensor([2]);
    const total = grad((s: AnyTensor) => sum(mul(x, s)))(scale);
    expect(values(total)).toEqual([3 * size]);
  },
);

test("a chain of 10⁵ nodes is built, differentiated and evaluated", () => {
  const f = (x: AnyTensor): AnyTensor => {
    let y = x;
    for (let i = 0; i < 100_000; i++) y = add(y, 1);
    return y;
  };
  const { value, gradient } = evaluateReference(valueAndGrad(f)(tensor(0)));
  expect(values({ value, gradient })).toEqual({ value: [100_000], gradient: [1] });
});
