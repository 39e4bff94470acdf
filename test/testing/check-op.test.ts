import { expect, test } from "vitest";
import type { Op, ReferenceCall } from "../../src/tensor/op.ts";
import { cumsumOp } from "../../src/tensor/ops/cumsum.ts";
import { gatherOp } from "../../src/tensor/ops/gather.ts";
import { add, concat, mul, zeros } from "../../src/tensor/ops/index.ts";
import { softmaxOp } from "../../src/tensor/ops/softmax.ts";
import { transposeOp } from "../../src/tensor/ops/transpose.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { CheckOpOptions } from "../../src/testing/index.ts";
import { checkOp } from "../../src/testing/index.ts";
import { cubes } from "./cubes.ts";

const device = referenceDevice();

/** What `checkOp` says of the record with some fields replaced. */
const messageOf = (change: Partial<Op<null>>, options?: CheckOpOptions<null>): Promise<string> =>
  checkOp({ ...cubes, ...change }, options).then(
    () => "right",
    (error: Error) => `${error.name}: ${error.message}`,
  );
const loop = cubes.reference!;
const after =
  (change: (call: ReferenceCall<null>) => void) =>
  (call: ReferenceCall<null>): void => {
    loop(call);
    change(call);
  };

test("records of the library, and one of a user, pass", async () => {
  await checkOp(cubes, { device });
  await checkOp(softmaxOp, { device, samples: softmaxOp.samples().slice(0, 1) });
  await checkOp(cumsumOp, { samples: cumsumOp.samples().slice(0, 1), seed: 3 });
  await checkOp(gatherOp, { samples: gatherOp.samples().slice(0, 1) });
  await checkOp(transposeOp, { samples: transposeOp.samples().slice(0, 1) });
});

test("types: a loop that writes more than infer says, a definition of another type", async () => {
  const short = await messageOf({
    infer: ([x]) => [
      { shape: [x!.shape[0]! && 2], dtype: "f32" },
      { shape: [], dtype: "f32" },
    ],
  });
  expect(short).toMatch(
    /^ShapeError: checkOp: cubes\(f32\[3\]\), sample 1, inferred = computed: output 0, f32\[2\], has no element 2\n.*\n {2}at .*check-op\.test\.ts/,
  );
  const { kernel, reference, ...bare } = cubes;
  const defined = {
    ...bare,
    infer: ([x]: readonly unknown[]) => [x],
    expand: ([x]: never[]) => [concat([x!, zeros([1])])],
  };
  await expect(checkOp(defined as never)).rejects.toThrow(
    "cubes(f32[0]), sample 0, inferred = computed: infer says f32[0] for output 0, computed is f32[1]",
  );
});

test("values: NaN, written inputs, memory between calls", async () => {
  const nan = await messageOf({ reference: after(({ outputs: [y] }) => y!.fill(Number.NaN, 1, 2)) });
  expect(nan).toMatch(
    /^KernelError: checkOp: cubes.*sample 1, finite, repeatable values: value of output 0, element \[1\] is NaN/,
  );
  const writing = await messageOf({ reference: after(({ inputs: [x] }) => x!.fill(0, 2)) });
  expect(writing).toMatch(/values: computing the values changes argument 0, element \[2\]/);
  let count = 0;
  const counting = await messageOf({ reference: after(({ outputs: [, total] }) => (total![0]! += count++)) });
  expect(counting).toMatch(/values: two runs differ in the value of output 1\n/);
});

test("derivatives: a wrong VJP, none, one that is not linear, and a record that is not linear", async () => {
  const wrong = await messageOf({
    vjp: ({ g: [g, h], inputs: [x] }) => [mul(mul(2, mul(x!, x!)), add(g ?? 0, h ?? 0))],
  });
  expect(wrong).toMatch(
    /^GradientError: checkOp: cubes\(f32\[3\]\), sample 1, VJP = forward mode: wrong gradient by argument 0, element \[\d\]\n[\s\S]*own VJP is wrong: cubes, input 0[\s\S]*replay with \{ seed: 0 \}/,
  );
  expect(await messageOf({ vjp: undefined })).toMatch(/sample 0, VJP = forward mode: grad: op cubes has no VJP rule\n/);
  expect(await messageOf({ vjp: null })).toMatch(
    /sample 1, no VJP = no slope: the record says vjp: null, but its values move with argument 0, element \[0\]\n {2}differences/,
  );
  const shifted: Partial<Op<null>> = {
    vjp: ({ g: [g, h], inputs: [x] }) => {
      const joint = add(g ?? 0, h ?? 0);
      return [mul(mul(3, mul(x!, x!)), mul(joint, mul(joint, joint)))];
    },
  };
  expect(await messageOf(shifted)).toMatch(/sample 1, VJP = forward mode/);
  const straight: Partial<Op<null>> = { linear: [0], samples: () => cubes.samples().slice(1) };
  expect(await messageOf(straight)).toMatch(/sample 0, (?:VJP = forward mode|linear where it says so): /);
});

test("vmap: a rule that does another thing, or gives another shape", async () => {
  const doubled = await messageOf({
    batch: { outputs: ({ whole: [x] }) => [mul(2, mul(x!, mul(x!, x!))), zeros([x!.shape[0]!])] },
    samples: () => cubes.samples().slice(1),
  });
  expect(doubled).toMatch(
    /^KernelError: checkOp: cubes\(f32\[3\]\), sample 0, vmap = loop: wrong value of output 0, element \[0,0\], whose first axis is the call\n {2}at once .* call by call .*\n {2}arguments that differ from call to call: 0/,
  );
  const flat = await messageOf({ batch: { outputs: ({ whole: [x] }) => [x!, zeros([4])] } });
  expect(flat).toMatch(/sample 0, vmap = loop: output 1 of 3 calls at once is f32\[4\]\n {2}call by call f32\[3\]/);
});

test("a device that computes something else", async () => {
  const off = (call: ReferenceCall<null>): void => {
    if (call.precision === "f32") call.outputs[0]![1]! += 0.01;
  };
  expect(await messageOf({ reference: after(off) }, { samples: cubes.samples().slice(1) })).toBe("right");
  const wrong = await messageOf({ reference: after(off) }, { device, samples: cubes.samples().slice(1) });
  expect(wrong).toMatch(
    /^KernelError: checkOp: cubes\(f32\[3\]\), sample 0, device = reference: wrong value of output 0, element \[1\]\n {2}eager .* float64 [\s\S]*device CPU reference/,
  );
});

test("arguments of another kind are refused", async () => {
  const misuse = checkOp as (...args: unknown[]) => Promise<void>;
  await expect(misuse()).rejects.toThrow(/^checkOp: record is missing/);
  await expect(misuse({ name: "f" })).rejects.toThrow(/^checkOp: record is .*\n.*\n {2}its infer is missing/);
  await expect(misuse(cubes, 1)).rejects.toThrow(/^checkOp: the options are 1/);
  await expect(misuse(cubes, { order: 2 })).rejects.toThrow(/^checkOp: there is no option order/);
  for (const samples of [1, {}, [3], [{ params: null }]])
    await expect(misuse(cubes, { samples })).rejects.toThrow(/^checkOp: samples is .*\n {2}expects a list of samples/);
  for (const seed of [-1, 0.5, "1"]) await expect(misuse(cubes, { seed })).rejects.toThrow(/^checkOp: seed is /);
  await expect(misuse(cubes, { device: {} })).rejects.toThrow(/^checkOp: device is /);
  await expect(misuse(cubes, {}, 7)).rejects.toThrow(/^checkOp: takes 2 arguments/);
  await expect(misuse(cubes, { samples: [] })).rejects.toThrow(/^checkOp: cubes has no samples/);
});
