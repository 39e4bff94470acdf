import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isFamily, lower } from "../../src/kernels/families/index.ts";
import { link } from "../../src/kernels/families/link.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { copyKernel, multiplyAddKernel } from "../../src/kernels/runtime/measure-limits.ts";
import type { KernelFile } from "../../src/kernels/wgsl/wgsl.generated.ts";
import { wgsl } from "../../src/kernels/wgsl/wgsl.generated.ts";
import type { Op } from "../../src/tensor/op.ts";
import { apply } from "../../src/tensor/op.ts";
import { exp, mul } from "../../src/tensor/ops/elementwise.ts";
import { sum } from "../../src/tensor/ops/index.ts";
import { leaf } from "../../src/tensor/tensor.ts";
import { adapterVariants, linkPlain, openDevice, settle, typeOfOperand } from "../kernels/families/run-family.ts";
import { describeGpu } from "../support/gpu.ts";
import { planLimits } from "../support/plans.ts";
import { records } from "../support/records.ts";

const files = Object.keys(wgsl) as KernelFile[];
const kernels = files.filter((file) => wgsl[file].includes("@compute"));

/** Kernels that no family makes: those that the elementwise compiler completes, and those that measure the adapter. */
function generatedModules(): Module[] {
  const [x, y] = [0, 1].map(() => leaf({ shape: [70, 264], dtype: "f32" }, { kind: "input" }));
  const outputs = [exp(mul(x!, y!)), sum(x!, { axis: 0 }), sum(x!, { axis: 1 })];
  const generated = Object.values(adapterVariants()).flatMap((adapter) => {
    return makePlan({ outputs, donations: new Map() }, planLimits(adapter)).steps;
  });
  const sources = [...generated, multiplyAddKernel(), copyKernel(64)];
  return sources.map(({ code }) => ({ file: kernels.find((file) => code.includes(wgsl[file]))!, code }));
}

interface Module {
  readonly file: KernelFile;
  readonly code: string;
}

/** Every module that the families make of the records' own samples, on every kind of adapter, plus the generated ones. */
function modules(): Module[] {
  const found = new Map<string, Module>();
  for (const record of records) {
    const op = record as unknown as Op;
    const rule = op.kernel;
    if (rule === undefined || !("family" in rule) || !isFamily(rule.family)) continue;
    for (const sample of [...op.samples(), ...(extra[op.name] ?? [])]) {
      const outputs = op.infer(sample.inputs, sample.params);
      for (const adapter of Object.values(adapterVariants())) {
        const call = { inputs: sample.inputs, outputs, params: sample.params, data: [] };
        const lowering = lower(rule.family, { ...call, adapter });
        for (const spec of lowering.dispatches) {
          const code = linkPlain(spec, typeOfOperand(call, lowering), adapter);
          found.set(code, { file: spec.file, code });
        }
      }
    }
  }
  for (const module of generatedModules()) found.set(module.code, module);
  return [...found.values()];
}

/** Sizes that samples leave out: long rows to sort, many indices, quads of channels, pixels in parts. */
const extra: Readonly<Record<string, { inputs: { shape: number[]; dtype: "f32" | "i32" }[]; params: unknown }[]>> = {
  sort: [{ inputs: [{ shape: [5000], dtype: "f32" }], params: { axis: 0, descending: false } }],
  scatterAdd: [
    {
      inputs: [
        { shape: [3, 2000, 2], dtype: "f32" },
        { shape: [2000], dtype: "i32" },
      ],
      params: { axis: 1, size: 900 },
    },
  ],
  putAlongAxis: [
    {
      inputs: [
        { shape: [3, 2000, 2], dtype: "f32" },
        { shape: [3, 2000, 2], dtype: "i32" },
      ],
      params: { axis: 1, size: 900 },
    },
  ],
  moments: [{ inputs: [{ shape: [300, 8], dtype: "f32" }], params: { axes: [0] } }],
  conv2dWeightGradient: [
    {
      inputs: [
        { shape: [8, 16, 16, 4], dtype: "f32" },
        { shape: [8, 16, 16, 8], dtype: "f32" },
      ],
      params: { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1, weightShape: [1, 1, 4, 8] },
    },
  ],
};

describeGpu("every kernel file", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  test("compiles on its own, with plain or empty hooks, without a message", async () => {
    const all = modules();
    expect([...new Set(all.map(({ file }) => file))].sort()).toEqual([...kernels].sort());
    const failures: string[] = [];
    for (const { file, code } of all) {
      const module = device.createShaderModule({ code });
      const { messages } = await settle(module.getCompilationInfo());
      failures.push(...messages.map(({ lineNum, message }) => `${file}.wgsl:${lineNum}: ${message}`));
    }
    expect(failures).toEqual([]);
  });

  test("and so does every source that a record brings along", async () => {
    const own = records.map((record) => record as unknown as Op).filter(({ kernel }) => kernel && "source" in kernel);
    const steps = own.flatMap((op) =>
      op.samples().flatMap(({ inputs, params }) => {
        const leaves = inputs.map((type) => leaf(type, { kind: "input" }));
        return makePlan({ outputs: apply(op, leaves, params), donations: new Map() }, planLimits()).steps;
      }),
    );
    const sources = steps.filter(({ file }) => file.endsWith(".source"));
    expect(new Set(sources.map(({ name }) => name))).toEqual(new Set(own.map(({ name }) => name)));
    expect(own.length).toBeGreaterThan(0);
    const failures: string[] = [];
    for (const { file, code } of sources) {
      const { messages } = await settle(device.createShaderModule({ code }).getCompilationInfo());
      failures.push(...messages.map(({ lineNum, message }) => `${file}:${lineNum}: ${message}`));
    }
    expect(failures).toEqual([]);
  });

  test("that is a library without bindings compiles with those that it calls", async () => {
    const scalar = files.filter((file) => file.startsWith("scalar") || file === "float-bits");
    for (const library of [scalar, ["threefry-block"] as const]) {
      const code = library.map((file) => wgsl[file]).join("\n");
      const { messages } = await settle(device.createShaderModule({ code }).getCompilationInfo());
      expect(messages.map(({ lineNum, message }) => `${library}:${lineNum}: ${message}`)).toEqual([]);
    }
  });
});

describe("the text of kernel files", () => {
  test.each(files)("%s: a header, an order for every barrier, no binding", (file) => {
    const lines = wgsl[file].split("\n");
    expect(lines[0]).toMatch(/^\/\/ /);
    for (const line of lines.filter((text) => text.includes("Barrier("))) expect(line).toMatch(/Barrier\(\); \/\/ /);
    expect(wgsl[file]).not.toMatch(/@binding|@group\(/);
    expect(lines.length, "lines").toBeLessThan(150);
  });
});

describe("the linker", () => {
  test("keeps line numbers: directives stand in front of line 1", () => {
    const operands = [{ name: "y", dtype: "f32" as const, access: "write" as const, size: 8, binding: 0 }];
    const code = link({
      file: "fill",
      constants: { SIZE: 8 },
      enables: ["subgroups"],
      operands,
      declarations: [],
    });
    expect(code.startsWith(`enable subgroups; ${wgsl.fill}`)).toBe(true);
  });

  test("makes the width that a hook lacks", () => {
    const hook = { store: "fn store_y(i: u32, v: f32) {}" };
    const y = { name: "y", dtype: "f32" as const, access: "write" as const, size: 8, binding: null, hook };
    const code = link({
      file: "moments-rows",
      constants: {},
      enables: [],
      operands: [{ ...y, name: "mean", hook: { store: "fn store_mean(i: u32, v: f32) {}" } }],
      declarations: [],
    });
    expect(code).toContain("fn store4_mean(i: u32, v: vec4<f32>) { store_mean(4u * i + 0u, v[0]);");
    expect(() =>
      link({ file: "fill", constants: {}, enables: [], operands: [{ ...y, hook: {} }], declarations: [] }),
    ).toThrow("the hook of y has no store");
  });
});
