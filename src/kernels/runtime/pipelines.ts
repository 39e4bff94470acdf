import { KernelError } from "../../tensor/errors.ts";
import { sizesBinding } from "../codegen/sizes.ts";
import type { KernelSource } from "../codegen/step.ts";
import type { Gpu } from "./gpu.ts";
import { recentMap } from "./recent-map.ts";

const mostText = 32 * 2 ** 20; // characters of WGSL whose pipelines are kept

/** Compiled kernels of one device, shared by all its plans: equal WGSL compiles once. */
export interface PipelineCache {
  get(step: KernelSource): Promise<GPUComputePipeline>;
}

export function pipelineCache(gpu: Gpu): PipelineCache {
  const known = recentMap<Promise<GPUComputePipeline>>(mostText, (text) => text.length);
  const layouts = new Map<string, GPUPipelineLayout>();
  /** Explicit layouts: a kernel may leave a binding unused, and equal layouts are shared. */
  const layoutOf = (step: KernelSource): GPUPipelineLayout => {
    const key = layoutKey(step);
    let layout = layouts.get(key);
    if (layout === undefined) {
      const entries = step.buffers.map(
        ({ access, moves = false }, binding): GPUBindGroupLayoutEntry => ({
          binding,
          visibility: 4, // GPUShaderStage.COMPUTE
          buffer: {
            type: access === "read" ? "read-only-storage" : "storage",
            ...(moves ? { hasDynamicOffset: true } : {}),
          },
        }),
      );
      if (step.sizes !== null) entries.push({ binding: sizesBinding, visibility: 4, buffer: { type: "uniform" } });
      layout = gpu.device.createPipelineLayout({ bindGroupLayouts: [gpu.device.createBindGroupLayout({ entries })] });
      layouts.set(key, layout);
    }
    return layout;
  };
  const compile = async (step: KernelSource): Promise<GPUComputePipeline> => {
    const name = `compile ${step.name}`;
    gpu.device.pushErrorScope("validation"); // told below, with the line, not by a later call
    const module = gpu.device.createShaderModule({ code: step.code, label: step.name });
    const refused = gpu.wait(gpu.device.popErrorScope(), name);
    refused.catch(() => undefined); // a lost device is told by what follows
    try {
      return await gpu.wait(
        gpu.device.createComputePipelineAsync({
          label: step.name,
          layout: layoutOf(step),
          compute: { module, entryPoint: "main" },
        }),
        name,
      );
    } catch (error) {
      gpu.checkUsable(name);
      await refused;
      const info = await gpu.wait(module.getCompilationInfo(), name);
      const messages = info.messages.map(({ lineNum, linePos, message }) => {
        const line = step.code.split("\n")[lineNum - 1]?.trim() ?? "";
        return { text: `${step.file}:${lineNum}:${linePos} ${message}`, line };
      });
      const reason = messages[0]?.text ?? (error instanceof Error ? error.message : String(error));
      throw new KernelError(`${reason} (op ${step.name})`, [
        ...messages.slice(0, 1).map(({ line }) => line),
        ...messages.slice(1, 5).map(({ text }) => text),
      ]);
    }
  };
  return {
    get: (step) => known.get(`${layoutKey(step)}\n${step.code}`, () => compile(step)),
  };
}

/** What a kernel binds: r and w for buffers, R and W for those that move, u for its uniform. */
function layoutKey({ buffers, sizes }: KernelSource): string {
  const letter = ({ access, moves }: KernelSource["buffers"][number]): string => {
    const plain = access === "read" ? "r" : "w";
    return moves ? plain.toUpperCase() : plain;
  };
  return buffers.map(letter).join("") + (sizes === null ? "" : "u");
}
