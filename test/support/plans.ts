import type { AdapterFacts } from "../../src/kernels/adapter/facts.ts";
import type { PlanLimits } from "../../src/kernels/adapter/plan-limits.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { leaf } from "../../src/tensor/tensor.ts";

/** What every WebGPU adapter has, and subgroups of eight: llvmpipe as the rules see it. */
export const softwareAdapter: AdapterFacts = {
  adapterClass: "software",
  subgroupSize: 8,
  limits: {
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16384,
  },
};

/** WebGPU's default limits: eight buffers a kernel, four that move, 128 MiB each. */
export const planLimits = (adapter: AdapterFacts = softwareAdapter): PlanLimits => ({
  adapter,
  maxBindings: 8,
  maxMoving: 4,
  maxBindingBytes: 2 ** 27,
});

/** An f32 input of a program. */
export const input = (...shape: number[]): AnyTensor => leaf({ shape, dtype: "f32" }, { kind: "input" });
