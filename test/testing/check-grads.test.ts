import * as fc from "fast-check";
import { expect, test } from "vitest";
import { customVjp } from "../../src/autodiff/custom-vjp.ts";
import { relu } from "../../src/tensor/ops/activations.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { add, div, exp, greater, log, mul, neg, square, tanh } from "../../src/tensor/ops/elementwise.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { softmax } from "../../src/tensor/ops/softmax.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import * as arbitrary from "../../src/testing/fast-check/index.ts";
import { checkGrads, checkHessianSymmetry, checkTranspose, checkVjpLinear } from "../../src/testing/index.ts";

const mlp = (p: { w: AnyTensor; b: AnyTensor }, x: AnyTensor, labels: AnyTensor) => ({
  y: softmax(tanh(add(matmul(x, p.w), p.b))),
  labels,
});
const inputs: Parameters<typeof mlp> = [
  {
    w: tensor([
      [0.5, -1, 2],
      [1, 0.25, -0.5],
    ]),
    b: tensor([0.1, 0.2, 0.3]),
  },
  tensor([
    [1, 2],
    [-1, 0.5],
    [0.25, 3],
  ]),
  tensor([0, 1, 2], { dtype: "i32" }),
];

test("right gradients pass, of order 1 to 3, through trees and beside integer inputs", () => {
  checkGrads(mlp, inputs, { order: 3 });
  checkVjpLinear(mlp, inputs);
  checkTranspose(mlp, inputs);
  checkHessianSymmetry(mlp, inputs);
  checkGrads((x: AnyTensor) => sum(x), [tensor(new Float32Array(0))]);
});

/** x ↦ x², whose rule forgets the factor 2 for elements above a threshold. */
const wrongSquare = customVjp(
  function wrongSquare(x: AnyTensor) {
    return square(x);
  },
  ({ args: [x], g }) => [mul(g, mul(x, add(2, neg(mul(greaterAsNumber(x, 1), 1)))))],
);
const greaterAsNumber = (x: AnyTensor, bound: number): AnyTensor =>
  div(relu(add(x, -bound)), add(relu(add(x, -bound)), 1e-30));

test("a wrong rule is caught: argument, element, both derivatives, the op and its line", () => {
  const f = (p: { w: AnyTensor }, x: AnyTensor): AnyTensor => sum(exp(neg(add(wrongSquare(p.w), x))));
  let message = "";
  try {
    checkGrads(
      f,
      [
        {
          w: tensor([
            [0.5, 0.25],
            [2, 0.75],
          ]),
        },
        tensor([1, 2]),
      ],
      { seed: 7 },
    );
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toMatch(/^checkGrads: wrong gradient by argument 0\.w, element \[1,0\]\n/);
  expect(message).toMatch(/VJP -0\.0\d+ {3}forward mode -0\.0\d+ {3}\|Δ\|/);
  expect(message).toMatch(/differences -0\.0\d+ ± /);
  expect(message).toMatch(
    /own VJP is wrong: customVjp\(wrongSquare\), input 0 of f32\[2,2\] at f \(check-grads\.test\.ts/,
  );
  expect(message).toMatch(/replay with \{ seed: 7 \}/);
  expect(message).toMatch(/at .*check-grads\.test\.ts:\d+:\d+\)?$/);
});

test("a rule that is wrong only in its own derivative is caught at order 2", () => {
  const f = customVjp(
    (x: AnyTensor) => mul(square(x), x),
    ({ args: [x], value, g }) => [mul(g, div(mul(3, value), freeze(x)))],
  );
  const freeze = customVjp(
    (x: AnyTensor) => mul(x, 1),
    () => [null],
  );
  checkGrads(f, [tensor([0.5, 2])]);
  expect(() => checkGrads(f, [tensor([0.5, 2])], { order: 2 })).toThrow(/wrong derivative of order 2 by argument 0/);
});

test("nothing to differentiate is said", () => {
  expect(() => checkGrads((x: AnyTensor) => x, [tensor([1], { dtype: "i32" })])).toThrow(/no input is f32/);
  expect(() => checkGrads((x: AnyTensor) => greater(x, 0), [tensor([1])])).toThrow(/returns no f32 tensor/);
});

test("a VJP that is not linear, not a transpose, or no gradient is caught", () => {
  const x = tensor([0.5, 2]);
  const quadratic = customVjp(
    (v: AnyTensor) => mul(v, 1),
    ({ g }) => [square(g)],
  );
  expect(() => checkVjpLinear(quadratic, [x])).toThrow(/not linear in the cotangent/);
  const offset = customVjp(
    (v: AnyTensor) => mul(v, 1),
    ({ g }) => [add(g, 1)],
  );
  expect(() => checkVjpLinear(offset, [x])).toThrow(/a zero cotangent gives 1/);
  expect(() => checkTranspose(quadratic, [x])).toThrow(/not transposes of each other/);
  const swirl = customVjp(
    (v: AnyTensor) => sum(v),
    ({ args: [v], g }) => [
      mul(
        g,
        matmul(
          tensor([
            [0, 1],
            [-1, 0],
          ]),
          v,
        ),
      ),
    ],
  );
  expect(() => checkHessianSymmetry(swirl, [tensor([[0.5], [2]])])).toThrow(/do not commute/);
});

test("a wrong rule, found by random tensors, shrinks to the smallest case and is named", () => {
  const f = (x: Tensor): AnyTensor => sum(mul(wrongSquare(x), x));
  const property = fc.property(arbitrary.tensor(arbitrary.shape({ maxRank: 3 })), (x) => checkGrads(f, [x]));
  const { failed, counterexample, errorInstance } = fc.check(property, { seed: 1, numRuns: 200 });
  expect(failed).toBe(true);
  expect(fc.stringify(counterexample)).toBe("[Tensor f32[] on the host 1.125]");
  expect(String(errorInstance)).toMatch(/customVjp\(wrongSquare\)/);
});

test("random right functions pass on random tensors", () => {
  const f = (a: Tensor, b: Tensor): AnyTensor => log(add(1, exp(mul(a, b))));
  fc.assert(
    fc.property(
      arbitrary.broadcastShapes().chain(({ a, b }) => fc.tuple(arbitrary.tensor(a), arbitrary.tensor(b))),
      (pair) => checkGrads(f, pair, { order: 2 }),
    ),
    { numRuns: 20 },
  );
});
