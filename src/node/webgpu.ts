import { tmpdir } from "node:os";
import { env } from "node:process";
import { DeviceError } from "../tensor/errors.ts";
import { withoutDriverNotes } from "./driver-notes.ts";
import { explainMissingAdapter, readVulkanFacts } from "./vulkan.ts";

// Every pending promise hangs for ever once the object that create() returned is garbage-collected, so it stays here.
let instance: GPU | undefined;

/**
 * The WebGPU entry point of the optional package `webgpu` (Dawn).
 *
 * @throws DeviceError that says what to install when the package is absent or does not load.
 */
export async function loadGpu(): Promise<GPU> {
  if (instance !== undefined) return instance;
  env["XDG_RUNTIME_DIR"] ??= tmpdir(); // else the Vulkan loader complains on stderr
  let create: (flags: string[]) => GPU;
  try {
    ({ create } = await import("webgpu"));
  } catch (error) {
    throw explainLoading(error);
  }
  // else Dawn rounds timestamps to 65 µs, longer than most kernels of a GPU: profiles would be made of noise
  instance = create(["disable-dawn-features=timestamp_quantization"]);
  return instance;
}

function explainLoading(error: unknown): DeviceError {
  const reason = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  const missing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
  return missing
    ? new DeviceError("the package webgpu is not installed", ["npm install webgpu@0.6.2"])
    : new DeviceError(`the package webgpu does not load: ${reason}`, [
        "it has builds for Linux (x64, arm64; glibc), macOS and Windows",
        "npm install webgpu@0.6.2",
      ]);
}

/**
 * The best adapter: a real GPU if there is one, else software Vulkan.
 *
 * @throws DeviceError with the cause and what to install when there is none.
 */
export async function requestBestAdapter(gpu: GPU): Promise<GPUAdapter> {
  let software: GPUAdapter | undefined;
  for (const powerPreference of ["high-performance", "low-power"] as const) {
    const adapter = await withoutDriverNotes(() => gpu.requestAdapter({ powerPreference }));
    if (adapter !== null && !adapter.info.isFallbackAdapter) return adapter;
    software ??= adapter ?? undefined;
  }
  if (software !== undefined) return software;
  const [cause, ...mend] = explainMissingAdapter(readVulkanFacts());
  throw new DeviceError(cause, mend);
}
