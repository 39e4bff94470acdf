import { expect, test } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { hvp } from "../../src/autodiff/hvp.ts";
import { jacobian } from "../../src/autodiff/jacobian.ts";
import { jvp } from "../../src/autodiff/jvp.ts";
import { vjp } from "../../src/autodiff/vjp.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { cast } from "../../src/tensor/ops/cast.ts";
import { add, exp, greater, mul, sin, square } from "../../src/tensor/ops/elementwise.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "./values.ts";

const a = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

test("vjp of a linear map is its transpose, over trees", () => {
  const f = (p: { x: AnyTensor; y: AnyTensor }) => ({ u: matmul(a, p.x), v: mul(p.y, 3) });
  const { value, pullback } = vjp(f, { x: tensor([[1], [1], [1]]), y: tensor(2) });
  expect(values(value)).toEqual({ u: [6, 15], v: [6] });
  expect(values(pullback({ u: tensor([[1], [10]]), v: tensor(7) }))).toEqual([{ x: [41, 52, 63], y: [21] }]);
});

test("jvp of a linear map is the map; of sin, cos; zero where nothing flows", () => {
  const f = (x: AnyTensor, y: AnyTensor) => ({
    u: matmul(a, x),
    v: sin(y as Tensor),
    w: tensor([9]),
    n: greater(y, 0),
  });
  const { value, tangent } = jvp(f, [tensor([[1], [1], [1]]), tensor([0])], [tensor([[1], [2], [3]]), tensor([5])]);
  expect(values(value.u)).toEqual([6, 15]);
  expect(values(tangent)).toEqual({ u: [14, 32], v: [5], w: [0], n: [0] });
});

test("jvp and vjp are transposes: ⟨Jt, w⟩ = ⟨t, Jᵀw⟩", () => {
  const f = (x: Tensor): AnyTensor => matmul(a, exp(mul(x, x) as Tensor));
  const x = tensor([[0.5], [-0.25], [1]]);
  const t = tensor([[1], [2], [-1]]);
  const w = tensor([[3], [-2]]);
  const left = sum(mul(jvp(f, [x], [t]).tangent, w));
  const right = sum(mul(vjp(f, x).pullback(w)[0], t));
  const [l, r] = (values([left, right]) as [[number], [number]]).flat() as [number, number];
  expect(Math.abs(l - r)).toBeLessThan(1e-12 * Math.abs(l));
});

test("hvp of a quartic: Hessian of Σ x⁴ is diag 12 x²; mixed blocks for two arguments", () => {
  const quartic = (x: AnyTensor): AnyTensor => sum(square(square(x)));
  expect(values(hvp(quartic, [tensor([1, 2])], [tensor([1, 10])]))).toEqual([[12, 480]]);
  const product = (p: AnyTensor, q: AnyTensor): AnyTensor => sum(mul(square(p), q));
  expect(values(hvp(product, [tensor(3), tensor(5)], [tensor(1), tensor(10)]))).toEqual([[10 + 60], [6]]);
});

test("jacobian has shape (…y, …x), for trees too, and agrees with jvp", () => {
  const f = (p: { x: AnyTensor; c: AnyTensor }) => mul(matmul(a, p.x), p.c);
  const j = jacobian(f)({ x: tensor([[1], [1], [1]]), c: tensor(2) });
  expect([j.x.shape, j.c.shape]).toEqual([
    [2, 1, 3, 1],
    [2, 1],
  ]);
  expect(values(j)).toEqual({ x: [2, 4, 6, 8, 10, 12], c: [6, 15] });
  expect(jacobian((x: AnyTensor) => mul(x, 2))(tensor(new Float32Array(0))).shape).toEqual([0, 0]);
  expect(values(jacobian((x: AnyTensor) => mul(x, x))(tensor(3)))).toEqual([6]);
});

test("wrong derivatives asked for are refused with the reason", () => {
  const x = tensor([1, 2]);
  expect(() => grad((v: AnyTensor) => v)(x)).toThrow(/grad: the loss is f32\[2\], not an f32 scalar\n {2}take its sum/);
  expect(() => grad((v: AnyTensor) => cast(sum(v), "i32"))(x)).toThrow(/the loss is i32\[\]/);
  expect(() => grad((p: { n: AnyTensor }) => sum(p.n))({ n: tensor([1], { dtype: "i32" }) })).toThrow(
    /argument 0\.n is i32\[1\]; only f32 has a gradient/,
  );
  expect(() => grad((p: { n: number }) => sum(mul(x, p.n)))({ n: 2 })).toThrow(/argument 0\.n is a number/);
  expect(() => grad(() => sum(x), { argnums: 1 })()).toThrow(/argnums 1 names none of 0 arguments/);
  expect(() => grad((_: string) => sum(x))("a")).toThrow(/holds no tensor/);
  expect(() => grad((async (v: AnyTensor) => sum(v)) as never)(x as never)).toThrow(/grad: the function is async/);
  expect(() => vjp((v: AnyTensor) => add(v, 1), x).pullback(tensor([1]))).toThrow(
    /vjp: the value is f32\[2\], but f32\[1\] was given for it/,
  );
  expect(() => jvp((v: AnyTensor) => v, [x], [tensor([1])])).toThrow(/0 of the primals is f32\[2\]/);
  expect(() => jacobian((v: AnyTensor) => greater(v, 0))(x)).toThrow(/returns bool\[2\], not f32/);
});
