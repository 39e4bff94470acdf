import { expect, test } from "vitest";
import { checkpoint } from "../../src/autodiff/checkpoint.ts";
import { customVjp } from "../../src/autodiff/custom-vjp.ts";
import { stopGradient } from "../../src/autodiff/stop-gradient.ts";
import { apply1, defineOp } from "../../src/tensor/op.ts";
import {
  abs,
  add,
  clip,
  div,
  exp,
  greater,
  leakyRelu,
  log,
  logSoftmax,
  logSumExp,
  max,
  maximum,
  maxPool2d,
  mul,
  pow,
  relu,
  reshape,
  sin,
  softmaxCrossEntropy,
  sort,
  sqrt,
  square,
  sub,
  sum,
  where,
} from "../../src/tensor/ops/index.ts";
import * as random from "../../src/tensor/random.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { checkGrads, checkHessianSymmetry, checkTranspose, checkVjpLinear } from "../../src/testing/index.ts";

const x = (...values: number[]): Tensor => tensor(values);

test.each<[string, (v: Tensor) => AnyTensor, number]>([
  ["log at 0.01", (v) => log(v), 0.01],
  ["log at 1e-3", (v) => log(v), 1e-3],
  ["sin of 1000 x", (v) => sin(mul(v, 1e3)), 0.7],
  ["√ at 0.001", (v) => sqrt(v), 1e-3],
  ["√ at 1e-12", (v) => sqrt(v), 1e-12],
  ["3x at 1e8", (v) => mul(v, 3), 1e8],
  ["1/x at 1e-6", (v) => div(1, v), 1e-6],
  ["x¹⁰ at 1e-4", (v) => pow(v, 10), 1e-4],
  ["exp at −600", (v) => exp(v), -600],
  ["a sum that cancels to zero", (v) => sub(mul(v, 1e6), mul(v, 1e6)), 3],
])("%s is right, to order 2", (_, f, at) => checkGrads(f as (v: Tensor) => AnyTensor, [x(at)], { order: 2 }));

test("a gradient that is infinite or NaN where a finite one is right is wrong", () => {
  const infinite = customVjp(
    (v: AnyTensor) => square(v),
    ({ args: [v], g }) => [mul(g, div(2, sub(v, 1)))],
  );
  expect(() => checkGrads(infinite, [x(1, 2)])).toThrow(
    /wrong gradient by argument 0, element \[0\]: -Infinity\n.*forward mode -\d\.\d+ /,
  );
  const lost = customVjp(
    (v: AnyTensor) => square(v),
    ({ args: [v], g }) => [mul(g, sqrt(sub(v, 1.5)))],
  );
  expect(() => checkGrads(lost, [x(2, 1)])).toThrow(/wrong gradient by argument 0, element \[1\]: NaN/);
});

test("a NaN gradient is traced to the op that makes it, with the mend", () => {
  const masked = (v: AnyTensor): AnyTensor => where(greater(v, 0), log(v), 0);
  expect(() => checkGrads(masked, [x(1, 0)])).toThrow(
    /wrong gradient by argument 0, element \[1\]: NaN[\s\S]*not finite: of log, input 0 of f32\[2\] at masked \(verdicts\.test\.ts[\s\S]*where\(x > 0, x, 1\)/,
  );
  const guarded = (v: AnyTensor): AnyTensor => where(greater(v, 0), log(where(greater(v, 0), v, 1)), 0);
  expect(() => checkGrads(guarded, [x(1, -1, 2)])).not.toThrow();
  expect(() => checkGrads((v: AnyTensor) => sqrt(square(v)), [x(1, 0)])).toThrow(/not finite: of sqrt, input 0/);
  expect(() => checkGrads((v: AnyTensor) => sqrt(v), [x(0)])).toThrow(
    /cannot decide: the gradient by argument 0, element \[0\] is -?Infinity/,
  );
});

test("a rule that goes around a pole is right if differences say so", () => {
  // x·√x² = x|x|, whose derivative 2|x| is 0 at 0, where √ has a pole
  const f = customVjp(
    (v: AnyTensor) => mul(v, sqrt(square(v))),
    ({ args: [v], g }) => [mul(g, mul(2, abs(v)))],
  );
  checkGrads(f, [x(0, 1)]);
});

test("a function that differs from call to call is called that", () => {
  const noisy = (v: AnyTensor): AnyTensor => add(v, Math.random());
  const message =
    /gives different values for equal inputs\n.*output 0, element 0: .*\n.*pass random numbers, or the key/;
  expect(() => checkGrads(noisy, [x(1)])).toThrow(message);
  expect(() => checkVjpLinear(noisy, [x(1)])).toThrow(message);
  expect(() => checkTranspose(noisy, [x(1)])).toThrow(message);
  expect(() => checkHessianSymmetry(noisy, [x(1)])).toThrow(message);
  let count = 0;
  expect(() => checkGrads((v: AnyTensor) => reshape(v, count++ === 0 ? [2, 1] : [1, 2]), [x(1, 2)])).toThrow(
    /different shapes for equal inputs/,
  );
  const rule = customVjp(
    (v: AnyTensor) => square(v),
    ({ args: [v], g }) => [mul(g, mul(v, 1 + Math.random()))],
  );
  expect(() => checkGrads(rule, [x(1)])).toThrow(/the gradient differs when it is taken again/);
  const keyed = (v: Tensor, key: Tensor): AnyTensor => mul(v, random.normal(key as never, [3]));
  checkGrads(keyed, [x(1, 2, 3), random.key(1) as never]);
});

test.each<[string, (v: AnyTensor) => AnyTensor, AnyTensor, RegExp]>([
  ["relu", (v) => relu(v), x(1, 0, 2), /maximum/],
  ["abs", (v) => abs(v), x(0), /abs/],
  ["leakyRelu", (v) => leakyRelu(v as Tensor), x(0), /where/],
  ["clip", (v) => clip(v, { max: 1 }), x(1), /minimum/],
  ["max with equal elements", (v) => max(v), x(3, 1, 3), /max/],
  ["sort with equal elements", (v) => mul(sort(v as Tensor), x(1, 2)), x(3, 3), /sort/],
  ["maxPool2d with equal pixels", (v) => maxPool2d(reshape(v, [1, 2, 1, 1]), { size: [2, 1] }), x(3, 3), /maxPool2d/],
])("at a kink nothing is decided: %s", (_, f, at, op) => {
  expect(() => checkGrads(f, [at])).toThrow(/cannot decide: the inputs lie on a kink/);
  expect(() => checkGrads(f, [at])).toThrow(op);
});

test("ties that do not matter, and places beside a kink, are no kinks", () => {
  for (const at of [x(0, 0), x(3, 1, 3), x(2, 2, 2)]) {
    checkGrads((v: Tensor) => logSumExp(v), [at], { order: 2 });
    checkGrads((v: Tensor) => logSoftmax(v), [at], { order: 2 });
    const label = tensor([1], { dtype: "i32" });
    checkGrads((v: AnyTensor) => softmaxCrossEntropy(reshape(v, [1, at.shape[0]!]), label), [at], { order: 2 });
  }
  checkGrads((v: AnyTensor) => relu(v), [x(1e-9, -1e-9)]);
  checkGrads((v: AnyTensor) => square(relu(v)), [x(0)]);
  checkGrads((v: AnyTensor) => sum(sort(v as Tensor)), [x(2, 2)]);
  checkGrads((v: AnyTensor) => maximum(v, v), [x(2)]);
});

test("stopGradient on purpose is said, and can be taken as a constant", () => {
  const f = (v: AnyTensor): AnyTensor => mul(v, stopGradient(v));
  expect(() => checkGrads(f, [x(2, 3)])).toThrow(
    /leaves out what goes through stopGradient, and nothing else\n.*stopGradient of f32\[2\] at f \(verdicts\.test[\s\S]*stopGradient: "constant"/,
  );
  checkGrads(f, [x(2, 3)], { stopGradient: "constant", order: 2 });
  const inside = checkpoint((v: AnyTensor) => mul(v, stopGradient(v)));
  expect(() => checkGrads(inside, [x(2)])).toThrow(/leaves out what goes through stopGradient/);
  const wrong = customVjp(
    (v: AnyTensor) => square(v),
    ({ g }) => [g],
  );
  expect(() => checkGrads((v: AnyTensor) => add(wrong(v), stopGradient(v)), [x(2)])).toThrow(
    /wrong gradient[\s\S]*customVjp/,
  );
});

test("a custom rule that differs on purpose is named as what differs", () => {
  const straight = customVjp(
    function roundStraight(v: AnyTensor) {
      return mul(v, 2);
    },
    ({ g }) => [g],
  );
  expect(() => checkGrads(straight, [x(0.4)])).toThrow(
    /customVjp\(roundStraight\)[\s\S]*on purpose \(straight-through, clipped\)/,
  );
});

test("a wrong rule inside a checkpoint is named itself", () => {
  const wrong = customVjp(
    function halved(v: AnyTensor) {
      return square(v);
    },
    ({ args: [v], g }) => [mul(g, v)],
  );
  expect(() =>
    checkGrads(
      checkpoint((v: AnyTensor) => exp(wrong(sin(v)))),
      [x(1, 2)],
    ),
  ).toThrow(/VJP is wrong: customVjp\(halved\)/);
});

test("an op from outside the library, without a rule in forward mode, is judged by differences", () => {
  const cube = (scale: number) =>
    defineOp<null>({
      name: "cube",
      infer: ([type]) => [type!],
      kernel: { source: "", workgroups: () => [1, 1, 1] },
      reference: ({ inputs: [a], outputs: [y] }) => a!.forEach((value: number, i: number) => (y![i] = value ** 3)),
      vjp: ({ g: [g], inputs: [a] }) => [mul(g!, mul(scale, square(a!)))],
      samples: () => [],
    });
  const apply = (scale: number) => (v: AnyTensor) => apply1(cube(scale), [v], null);
  checkGrads(apply(3), [x(1e-3, 2, -40)]);
  expect(() => checkGrads(apply(3.001), [x(1e-3, 2, -40)])).toThrow(/wrong gradient[\s\S]*wrong: cube, input 0/);
});

test("misuse is one clear line", () => {
  const f = (v: AnyTensor): AnyTensor => square(v);
  const check = checkGrads as (...args: unknown[]) => void;
  for (const name of ["checkGrads", "checkVjpLinear", "checkTranspose", "checkHessianSymmetry"] as const) {
    const call = { checkGrads, checkVjpLinear, checkTranspose, checkHessianSymmetry }[name] as (
      ...args: unknown[]
    ) => void;
    expect(() => call(f, x(1, 2))).toThrow(
      `${name}: inputs is a tensor, f32[2]; expects the list of the function's arguments\n  write ${name}(f, [x])\n  at verdicts.test.ts`,
    );
    expect(() => call(f)).toThrow(/inputs is of type undefined/);
    expect(() => call(f, null)).toThrow(/inputs is null/);
    expect(() => call(x(1), [x(1)])).toThrow(/first argument is object, not a function/);
    expect(() => call(async (v: AnyTensor) => f(v), [x(1)])).toThrow(/function is async/);
  }
  expect(() => check(f, [x(1)], { order: 0 })).toThrow(/order is 0; expects an integer of 1 or more/);
  expect(() => check(f, [x(1)], { directions: 0 })).toThrow(/directions is 0/);
  expect(() => check(f, [x(1)], { rtol: Number.NaN })).toThrow(/rtol is NaN/);
});

test('mode "full" finds an element that is small beside the others, and says which', () => {
  const scales = x(1, 1e9, 1e-3);
  const wrong = customVjp(
    (v: AnyTensor) => mul(v, scales),
    ({ g }) => [mul(g, x(1, 1e9, 1.1e-3))],
  );
  const f = (v: AnyTensor): AnyTensor => wrong(v);
  checkGrads(f, [x(1, 2, 3)]);
  expect(() => checkGrads(f, [x(1, 2, 3)], { mode: "full" })).toThrow(
    /wrong gradient by argument 0, element \[2\]\n[\s\S]*replay with \{ mode: "full" \}/,
  );
  checkGrads((v: Tensor) => exp(mul(v, sum(sin(v)))), [x(0.3, -2)], { mode: "full", order: 2 });
  const large = reshape(x(...Array.from({ length: 400 }, (_, i) => i + 1)), [400]);
  expect(() => checkGrads((v: AnyTensor) => square(v), [large], { mode: "full" })).toThrow(
    /mode "full" takes a pass for each pair of elements: 400 outputs, 400 inputs, order 1/,
  );
  expect(() => checkGrads((v: AnyTensor) => square(v), [x(1)], { mode: "slow" as never })).toThrow(
    /mode is "slow"; expects "random" or "full"/,
  );
});
