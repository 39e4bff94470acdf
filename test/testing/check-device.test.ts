import { expect, test } from "vitest";
import { customVjp } from "../../src/autodiff/custom-vjp.ts";
import type { Op, ReferenceCall } from "../../src/tensor/op.ts";
import { apply1, defineOp } from "../../src/tensor/op.ts";
import { greater } from "../../src/tensor/ops/elementwise.ts";
import {
  argmax,
  exp,
  log,
  logSoftmax,
  logSumExp,
  max,
  mul,
  reshape,
  softmax,
  softmaxCrossEntropy,
  square,
  sub,
  sum,
  tanh,
  where,
} from "../../src/tensor/ops/index.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { flattenTree } from "../../src/tensor/tree.ts";
import { deviceErrors } from "../../src/testing/device-errors.ts";
import { checkDevice } from "../../src/testing/index.ts";
import { recordTape } from "../../src/testing/tape.ts";

const device = referenceDevice();
const x = tensor([0.5, -2, 3]);

/** x², whose loop does something else in f32, as a device's kernel might. */
function squareOp(inF32: (call: ReferenceCall<null>) => void): Op<null> {
  return defineOp<null>({
    name: "squared",
    infer: ([type]) => [type!],
    kernel: { source: "", workgroups: () => [1, 1, 1] },
    reference: (call) => {
      const [[a], [y]] = [call.inputs, call.outputs];
      a!.forEach((value: number, i: number) => (y![i] = value ** 2));
      if (call.precision === "f32") inF32(call);
    },
    tolerance: { relative: 2 ** -22, absolute: 0 },
    vjp: ({ g: [g], inputs: [a] }) => [mul(g!, mul(2, a!))],
    samples: () => [],
  });
}

test("right functions pass: values, gradients, trees, integers beside, steps and ties", async () => {
  const mlp = (p: { w: AnyTensor }, v: AnyTensor): unknown => {
    const y = softmax(tanh(matmul(v, p.w)));
    return { y, best: argmax(y, { axis: 1 }), top: max(y, { axis: 1 }) };
  };
  const w = tensor([
    [0.5, -1, 2],
    [1, 0.25, -0.5],
  ]);
  await checkDevice(device, mlp, [{ w }, tensor([[1, 2]])] as never);
  await checkDevice(device, (v: AnyTensor) => where(greater(v, 0), log(where(greater(v, 0), v, 1)), 0), [x]);
  await checkDevice(device, (v: Tensor, scale: number) => mul(v, scale), [x, 3]);
  await checkDevice(device, (v: Tensor) => exp(mul(v, 20)), [x]);
  await checkDevice(device, (v: Tensor) => sub(mul(v, 1e6), mul(v, 1e6)), [x]);
});

test("a wrong kernel: element, numbers, the op and its line, and that the rule is right", async () => {
  const op = squareOp(({ outputs: [y] }) => (y![1]! *= 1.001));
  const loss = (v: AnyTensor): AnyTensor => exp(mul(0.1, apply1(op, [v], null)));
  const error = await checkDevice(device, loss, [x], { seed: 7 }).catch((caught: Error) => caught);
  expect((error as Error).name).toBe("KernelError");
  const { message } = error as Error;
  expect(message).toMatch(
    /^checkDevice: wrong (?:value of output 0|gradient by argument 0), element \[1\], compiled\n/,
  );
  expect(message).toMatch(/compiled -?\d\S+ {3}float64 -?\d\S+ {3}\|Δ\| \S+, allowed \S+e-\d+\n/);
  expect(message).toMatch(/first op whose kernel is wrong: squared of f32\[3\] at loss \(check-device\.test\.ts/);
  expect(message).toMatch(/inputs argument 0 f32\[3\]\n {2}device CPU reference.*\n {2}replay with \{ seed: 7 \}/);
});

test("a gradient that only the device gets wrong is the kernel's fault", async () => {
  const half: Op<null> = squareOp(() => undefined);
  const wrongBack = squareOp(({ outputs: [y] }) => (y![2] = 0));
  const op = defineOp<null>({
    ...half,
    name: "outer",
    vjp: ({ g: [g], inputs: [a] }) => [
      mul(g!, mul(2, mul(a!, sub(apply1(wrongBack, [a!], null), sub(square(a!), 1))))),
    ],
  });
  await expect(checkDevice(device, (v: AnyTensor) => apply1(op, [v], null), [x])).rejects.toThrow(
    /wrong gradient by argument 0, element \[2\], compiled[\s\S]*forward mode \S+: the rule is right, the kernel is wrong[\s\S]*kernel is wrong: squared/,
  );
});

test("a wrong rule is told from a wrong kernel", async () => {
  const wrong = customVjp(
    function halved(v: AnyTensor) {
      return square(v);
    },
    ({ args: [v], g }) => [mul(g, v)],
  );
  const error = await checkDevice(device, (v: AnyTensor) => sum(wrong(v)), [x]).catch((caught: Error) => caught);
  expect((error as Error).name).toBe("GradientError");
  expect((error as Error).message).toMatch(
    /^checkDevice: wrong gradient by argument 0, element[\s\S]*VJP is wrong: customVjp\(halved\)[\s\S]*the rule is wrong, not the kernels/,
  );
});

test("runs that differ, and inputs that change, are said", async () => {
  let count = 0;
  const counting = squareOp(({ outputs: [y] }) => (y![0]! *= 1 + 2 ** -23 * count++));
  await expect(checkDevice(device, (v: AnyTensor) => apply1(counting, [v], null), [x])).rejects.toThrow(
    /two runs differ in the value of output 0, element \[0\]/,
  );
  const writing = squareOp(({ inputs: [a] }) => (a![2] = 1));
  await expect(checkDevice(device, (v: AnyTensor) => apply1(writing, [v], null), [x])).rejects.toThrow(
    /a run changed input 0\n {2}element 2/,
  );
});

test("where nothing is finite nothing is decided, and misuse is one clear line", async () => {
  await expect(checkDevice(device, (v: Tensor) => exp(mul(v, 1e4)), [tensor([1])])).rejects.toThrow(/cannot decide/);
  const check = checkDevice as (...args: unknown[]) => Promise<void>;
  await expect(check(undefined, square, [x])).rejects.toThrow(/^checkDevice: device is missing/);
  await expect(check(device, square, x)).rejects.toThrow(/checkDevice: inputs is a tensor, f32\[3\]/);
  await expect(check(device, square, [x], { seed: -1 })).rejects.toThrow(/checkDevice: seed is -1/);
  await expect(check(device, square, [x], { rtol: 1 })).rejects.toThrow(/there is no option rtol/);
});

test("losses are compared although rounding could turn the comparisons inside them", async () => {
  const loss = (v: Tensor): unknown => ({
    a: logSumExp(mul(v, 1.7)),
    b: logSoftmax(mul(v, 1.7)),
    c: softmaxCrossEntropy(mul(reshape(v, [1, 3]), 1.7), tensor([1], { dtype: "i32" })),
  });
  await checkDevice(device, loss, [x]);
  const tape = recordTape(flattenTree(loss(x)));
  const errors = deviceErrors(tape);
  for (const { node, index } of tape.roots) {
    expect(Math.max(...errors.get(node)![index]!)).toBeLessThan(1e-4);
    expect(Math.min(...errors.get(node)![index]!)).toBeGreaterThan(1e-8);
  }
});
