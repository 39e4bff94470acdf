import { describe } from "vitest";

const required = process.env["REQUIRE_GPU"] === "1";

// Dawn's entry point stays referenced: once it is collected, every pending promise hangs for ever.
const dawn: { gpu?: GPU } = {};

async function findAdapter(): Promise<GPUAdapter | null> {
  process.env["XDG_RUNTIME_DIR"] ??= "/tmp";
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    dawn.gpu = create(["disable-dawn-features=timestamp_quantization"]); // as node/ does: whole microseconds, not 65
    return await dawn.gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    if (required) throw error;
    return null;
  }
}

/** This machine's adapter, real or software; null without one. With REQUIRE_GPU=1 its absence is a failure. */
export const adapter: GPUAdapter | null = await findAdapter();
if (adapter === null && required) {
  throw new Error("REQUIRE_GPU=1, but this machine has no WebGPU adapter: install a Vulkan driver (scripts/setup.sh)");
}

/** `describe` for tests that need a GPU: skipped where there is none. */
export const describeGpu: ReturnType<typeof describe.skipIf> = describe.skipIf(adapter === null);

/** Dawn's entry point, to ask for further adapters: each makes one device. */
export const gpu: GPU | undefined = dawn.gpu;
