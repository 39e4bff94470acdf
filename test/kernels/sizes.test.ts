import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { link } from "../../src/kernels/families/link.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { conv2d } from "../../src/tensor/ops/conv2d.ts";
import { exp, mul } from "../../src/tensor/ops/elementwise.ts";
import { mean, sum, transpose } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { input, planLimits, softwareAdapter } from "../support/plans.ts";
import { openDevice, settle } from "./families/run-family.ts";

/** Distinct texts of the kernels that a program needs at several sizes. */
function texts(
  adapterClass: "software" | "discrete",
  program: (n: number, c: number) => AnyTensor,
  sizes: [number, number][],
) {
  const adapter = { ...softwareAdapter, adapterClass };
  const codes = sizes.map(([n, c]) => {
    const request = { outputs: [program(n, c)], donations: new Map() };
    return makePlan(request, planLimits(adapter)).steps.map(({ code }) => code);
  });
  return { each: codes[0]!.length, all: new Set(codes.flat()).size };
}

describe("kernels of one form", () => {
  const padding = "same";
  const forms: Record<string, [(n: number, c: number) => AnyTensor, [number, number][]]> = {
    "a convolution": [
      (n, c) => conv2d(input(2, n, n, c), input(3, 3, c, c), { padding }),
      [
        [16, 32],
        [9, 64],
        [30, 128],
      ],
    ],
    "a chain with broadcasts": [
      (n, c) => exp(mul(input(n, n, c), input(c)) as never),
      [
        [16, 16],
        [32, 64],
        [8, 128],
      ],
    ],
    "a transpose": [
      (n, c) => mul(transpose(input(n, c)), input(c, n)),
      [
        [16, 32],
        [64, 128],
      ],
    ],
    "a transpose of odd sizes": [
      (n, c) => mul(transpose(input(n, c)), input(c, n)),
      [
        [17, 35],
        [63, 129],
      ],
    ],
    sums: [
      (n, c) => sum(exp(input(n, c) as never), { axis: 0 }),
      [
        [40, 16],
        [50, 32],
      ],
    ],
  };

  it.each(Object.keys(forms))("%s: one pipeline for all sizes on software adapters", (name) => {
    const [program, sizes] = forms[name]!;
    const { each, all } = texts("software", program, sizes);
    expect(all).toBe(each);
  });

  it("know their sizes on real GPUs", () => {
    const { each, all } = texts("discrete", (n) => mean(exp(input(n, 16) as never), { axis: 0 }), [
      [64, 0],
      [128, 0],
    ]);
    expect(all).toBe(2 * each);
  });
});

describeGpu("division by numbers known at run time", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  it("is exact below 2³¹", async () => {
    const divisors = [1, 2, 3, 7, 10, 255, 256, 1000, 4095, 65_537, 16_777_217, 1_073_741_823, 2_147_483_647];
    const near = (n: number): number[] => [n - 2, n - 1, n, n + 1].filter((a) => a >= 0 && a < 2 ** 31);
    const scales = Array.from({ length: 32 }, (_, bit) => 2 ** bit);
    const pairs = divisors.flatMap((b) =>
      [...scales, ...scales.map((k) => b * k), ...scales.map((k) => b * Math.floor((k * 0.77) / 0.3))]
        .flatMap(near)
        .map((a) => [a, b] as const),
    );
    const code = link({
      file: "fill",
      constants: { SIZE: pairs.length },
      sizes: { values: { unused: 0 }, asData: true },
      enables: [],
      operands: [
        {
          ...{ name: "y", dtype: "u32", access: "write", size: pairs.length, binding: null },
          hook: {
            store:
              "fn store_y(i: u32, v: u32) { q[i] = vec2u(quotient(ab[i].x, ab[i].y), rest_of(ab[i].x, ab[i].y)); }",
          },
        },
      ],
      declarations: [
        "@group(0) @binding(0) var<storage, read_write> q: array<vec2u>;",
        "@group(0) @binding(1) var<storage, read> ab: array<vec2u>;",
      ],
    });
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const bytes = pairs.length * 8;
    const [q, ab, staging] = [128 | 4, 128 | 8, 1 | 8].map((usage) => device.createBuffer({ size: bytes, usage }));
    device.queue.writeBuffer(ab!, 0, Uint32Array.from(pairs.flat()));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = [q!, ab!].map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(Math.ceil(pairs.length / 64));
    pass.end();
    encoder.copyBufferToBuffer(q!, 0, staging!, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await settle(staging!.mapAsync(1));
    const found = [...new Uint32Array(staging!.getMappedRange())];
    expect(found).toEqual(pairs.flatMap(([a, b]) => [Math.floor(a / b), a % b]));
  });
});
