import { afterAll, beforeAll, expect, test } from "vitest";
import { printCall } from "../../../src/kernels/codegen/print-value.ts";
import { link } from "../../../src/kernels/families/link.ts";
import { evaluateScalar } from "../../../src/tensor/scalar/evaluate.ts";
import { arg, call } from "../../../src/tensor/scalar/expression.ts";
import type { ScalarFn } from "../../../src/tensor/scalar/table.ts";
import { describeGpu } from "../../support/gpu.ts";
import { openDevice, settle } from "./run-family.ts";

const ulp = 2 ** -23;
const spread = (from: number, to: number, count = 255): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(from + ((to - from) * i) / (count - 1)));
const small = [1e-30, 1e-7, -1e-7, 1e-4, -1e-4, 0.01, -0.01];
const pairs = (a: readonly number[], b: readonly number[]): [number[], number[]] => [
  a.flatMap((x) => b.map(() => x)),
  a.flatMap(() => [...b]),
];

interface Case {
  readonly fn: ScalarFn;
  readonly args: readonly (readonly number[])[];
  /** |Δ| ≤ relative(x)·|y| + absolute; from the WGSL accuracy table for the functions inside. */
  readonly relative: (x: number, y: number) => number;
  readonly absolute?: number;
}

// exp(x) has 3 + 2|x| ULP, a division 2.5, each sum and product 1; pow(x, y) inherits exp2(y·log2 x).
const exponential = (x: number): number => (6 + 2 * Math.abs(x)) * ulp;
const cases: readonly Case[] = [
  { fn: "expm1", args: [[...spread(-20, 20), ...small]], relative: exponential },
  { fn: "log1p", args: [[...spread(-0.99, 30), ...small]], relative: () => 8 * ulp },
  { fn: "sin", args: [spread(-300, 300)], relative: () => 4 * ulp, absolute: 2 * ulp },
  { fn: "cos", args: [spread(-300, 300)], relative: () => 4 * ulp, absolute: 2 * ulp },
  { fn: "tanh", args: [[...spread(-12, 12), ...small, 100, -1e30]], relative: () => 12 * ulp },
  { fn: "sigmoid", args: [[...spread(-60, 60), ...small, 100, 1e30]], relative: exponential },
  { fn: "softplus", args: [[...spread(-60, 60), ...small, 100, 1e30]], relative: exponential },
  { fn: "erf", args: [[...spread(-5, 5), ...small, 100, -1e30]], relative: () => 4 * ulp },
  {
    fn: "pow",
    args: pairs([-2.5, -1, 0, 0.3, 1, 2, 7.25], [0, 1, 2, 3, 5, -0]),
    relative: (x, y) => (8 + 4 * Math.abs(y * Math.log2(Math.abs(x) || 1))) * ulp,
  },
  {
    fn: "pow",
    args: pairs([0.3, 1, 2, 7.25], [-3, -0.5, 0.5, 2.75]),
    relative: (x, y) => (8 + 8 * Math.abs(y * Math.log2(x))) * ulp,
  },
  { fn: "mod", args: pairs(spread(-9, 9, 37), [3, -3, 0.5, 0.75, -2.25]), relative: () => 2 * ulp },
  { fn: "floorDiv", args: pairs(spread(-9, 9, 37), [3, -3, 0.5, 0.75, -2.25]), relative: () => 0 },
  { fn: "isFinite", args: [[0, 1, -1, 3e38, Infinity, -Infinity, NaN]], relative: () => 0 },
];

const integers: readonly { fn: ScalarFn; args: readonly [number[], number[]] }[] = [
  { fn: "mod", args: pairs([-7, -6, 0, 6, 7, 2 ** 30], [3, -3, 7, 1]) },
  { fn: "floorDiv", args: pairs([-7, -6, 0, 6, 7, 2 ** 30], [3, -3, 7, 1]) },
  { fn: "shiftLeft", args: pairs([-7, 1, 0, 6], [0, 1, 31]) },
  { fn: "shiftRight", args: pairs([-7, 1, 0, 6], [0, 1, 31]) },
];

describeGpu("scalar functions", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  /** Runs the WGSL text over words, by a hook of the fill kernel. */
  async function run(
    expression: string,
    type: string,
    args: readonly Uint32Array<ArrayBuffer>[],
  ): Promise<Uint32Array> {
    const size = args[0]!.length;
    const bindings = args.map((_, i) => `@group(0) @binding(${i + 1}) var<storage, read> x${i}: array<${type}>;`);
    const target = "@group(0) @binding(0) var<storage, read_write> words: array<u32>;";
    const operand = {
      ...{ name: "y", dtype: "u32" as const, access: "write" as const, size, binding: null },
      hook: { store: `fn store_y(i: u32, v: u32) { words[i] = ${expression}; }` },
    };
    const code = link({
      file: "fill",
      constants: { SIZE: size },
      enables: [],
      operands: [operand],
      declarations: [target, ...bindings],
    });
    const pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module: device.createShaderModule({ code }) },
    });
    const buffers = [new Uint32Array(size), ...args].map((data) => {
      const buffer = device.createBuffer({ size: data.byteLength, usage: 128 | 4 | 8 });
      device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    });
    const staging = device.createBuffer({ size: size * 4, usage: 1 | 8 });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(Math.ceil(size / 64));
    pass.end();
    encoder.copyBufferToBuffer(buffers[0]!, 0, staging, 0, size * 4);
    device.queue.submit([encoder.finish()]);
    await settle(staging.mapAsync(1));
    return new Uint32Array(staging.getMappedRange().slice(0));
  }

  const text = (fn: ScalarFn, suffix: string, args: readonly string[]): string => {
    const dtype = suffix.startsWith("i") ? "i32" : suffix.startsWith("u") ? "u32" : "f32";
    return printCall(fn, args, dtype, suffix.endsWith("4") ? 4 : 1);
  };
  const vectors = (args: readonly unknown[], type: string): string[] => args.map((_, i) => `vec4<${type}>(x${i}[i])`);

  test.each(cases)("$fn of f32", async ({ fn, args, relative, absolute }) => {
    const scalars = args.map((_, i) => `x${i}[i]`);
    const words = args.map((values) => new Uint32Array(Float32Array.from(values).buffer));
    const logical = fn === "isFinite";
    const wrap = (value: string): string => (logical ? `u32(${value})` : `bitcast<u32>(${value})`);
    const one = await run(wrap(text(fn, "", scalars)), "f32", words);
    const four = await run(wrap(`${text(fn, "4", vectors(args, "f32"))}[i % 4u]`), "f32", words);
    expect(four, "the vector form agrees").toEqual(one);
    const lanes = args.map((values) => ({ data: Float64Array.from(values, Math.fround), dtype: "f32" as const }));
    const exact = evaluateScalar(call(fn, ...args.map((_, i) => arg(i))), lanes, one.length, "f64");
    const values = logical ? one : new Float32Array(one.buffer);
    const wrong = [...values].flatMap((value, i) => {
      const want = exact[i]!;
      const allowed = relative(args[0]![i]!, args[1]?.[i] ?? 0) * Math.abs(want) + (absolute ?? 1e-37);
      return value === want || Math.abs(value - want) <= allowed
        ? []
        : [
            `${fn}(${args.map((a) => a[i])}) = ${value}, not ${want}: ${Math.abs(value - want) / (Math.abs(want) * ulp)} ULP`,
          ];
    });
    expect(wrong).toEqual([]);
  });

  test.each(integers)("$fn of integers", async ({ fn, args }) => {
    const scalars = ["x0[i]", "x1[i]"];
    const signed = args.map((values) => Int32Array.from(values));
    const words = signed.map((values) => new Uint32Array(values.buffer));
    for (const dtype of ["i32", "u32"] as const) {
      const suffix = dtype[0]!;
      const one = await run(`bitcast<u32>(${text(fn, suffix, scalars)})`, dtype, words);
      const four = await run(`bitcast<u32>(${text(fn, `${suffix}4`, vectors(args, dtype))}[i % 4u])`, dtype, words);
      expect(four).toEqual(one);
      const lanes = (dtype === "i32" ? signed : words).map((data) => ({ data, dtype }));
      const exact = evaluateScalar(call(fn, arg(0), arg(1)), lanes, one.length, "f64");
      expect(Array.from(dtype === "i32" ? new Int32Array(one.buffer) : one)).toEqual(Array.from(exact));
    }
  });

  test("powers of a negative base to a fraction are NaN", async () => {
    const words = [-2, 0.5].map((value) => new Uint32Array(Float32Array.of(value).buffer));
    const [bits] = await run(`bitcast<u32>(${text("pow", "", ["x0[i]", "x1[i]"])})`, "f32", words);
    expect(Number.isNaN(new Float32Array(Uint32Array.of(bits!).buffer)[0])).toBe(true);
  });
});
