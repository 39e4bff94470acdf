import type { AdapterLimits } from "../../tensor/device.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { KernelSource } from "../codegen/step.ts";
import { link } from "../families/link.ts";
import type { KernelFile } from "../wgsl/wgsl.generated.ts";
import type { Gpu } from "./gpu.ts";
import { usage } from "./gpu.ts";
import type { PipelineCache } from "./pipelines.ts";
import { timePasses } from "./timestamps.ts";

const rounds = 128; // of 64 multiply-adds per invocation
const each = 4; // quads that an invocation copies
const longEnough = 4; // ms; shorter runs tell of starting up
const repeats = 16; // the first compiles; the best counts: a limit is what nothing disturbs
const copied = { software: 2 ** 26, integrated: 2 ** 26, discrete: 2 ** 28 } as const; // bytes, beyond the caches

/** A buffer of f32. */
interface LimitBuffer {
  readonly name: string;
  readonly size: number;
  readonly access: "read" | "write";
}

/** A kernel that asks for one resource only. */
interface LimitKernel extends KernelSource {
  readonly buffers: readonly LimitBuffer[];
}

function limitKernel(
  file: KernelFile,
  constants: Readonly<Record<string, number>>,
  operands: LimitBuffer[],
): LimitKernel {
  const linked = operands.map((operand, binding) => ({ ...operand, dtype: "f32" as const, binding }));
  const code = link({ file, constants, enables: [], operands: linked, declarations: [] });
  return { name: file, file: `${file}.wgsl`, code, buffers: operands, sizes: null };
}

/** Registers only: 128 · 128 operations per invocation. */
export function multiplyAddKernel(): LimitKernel {
  return limitKernel("limit-multiply-add", { ROUNDS: rounds }, [
    { name: "factors", size: 8, access: "read" },
    { name: "y", size: 4, access: "write" },
  ]);
}

/** Memory only: `size` elements, divisible by 16. */
export function copyKernel(size: number): LimitKernel {
  return limitKernel("limit-copy", { SIZE: size, EACH: each }, [
    { name: "x", size, access: "read" },
    { name: "y", size, access: "write" },
  ]);
}

/**
 * Measures what the adapter can do at best in WGSL, with the clock of the adapter itself: some tenths of a second.
 *
 * @throws DeviceError where the adapter has no timestamps.
 */
export async function measureLimits(
  gpu: Gpu,
  pipelines: PipelineCache,
  adapter: AdapterFacts,
  maxBindingBytes: number,
): Promise<AdapterLimits> {
  const bytes = Math.floor(Math.min(copied[adapter.adapterClass], maxBindingBytes) / 256) * 256;
  const copies = foldWorkgroups(Math.ceil(bytes / 16 / each / 64), adapter);
  const copy = await bestTime(gpu, pipelines, copyKernel(bytes / 4), copies);
  let groups = 16;
  let chain = 0;
  while (chain < longEnough && groups < 2 ** 22) {
    groups *= 4;
    chain = await bestTime(gpu, pipelines, multiplyAddKernel(), foldWorkgroups(groups, adapter));
  }
  return {
    flopsPerSecond: (groups * 64 * 128 * rounds) / (chain / 1e3),
    bytesPerSecond: (2 * bytes) / (copy / 1e3),
  };
}

/** Shortest of some dispatches, in milliseconds, over buffers of its own. */
async function bestTime(
  gpu: Gpu,
  pipelines: PipelineCache,
  kernel: LimitKernel,
  workgroups: readonly [number, number, number],
): Promise<number> {
  const pipeline = await pipelines.get(kernel);
  const buffers = kernel.buffers.map(({ size }) => gpu.device.createBuffer({ size: 4 * size, usage: usage.storage }));
  try {
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const times = await timePasses(gpu, kernel.name, repeats, (encoder, stampsOf) => {
      for (let k = 0; k < repeats; k++) {
        const pass = encoder.beginComputePass({ timestampWrites: stampsOf(k) });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...workgroups);
        pass.end();
      }
    });
    return Math.min(...times);
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}
