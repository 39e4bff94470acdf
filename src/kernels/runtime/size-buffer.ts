import type { Step } from "../codegen/step.ts";
import { usage } from "./gpu.ts";
import type { PlanBuffers } from "./plan-buffers.ts";

/** One buffer with all steps' sizes, written once: where each step's lie. */
export function writeSizes(
  steps: readonly Pick<Step, "sizes">[],
  buffers: PlanBuffers,
  device: GPUDevice,
): readonly (GPUBufferBinding | null)[] {
  const alignment = device.limits.minUniformBufferOffsetAlignment / 4; // words
  let words = 0;
  const offsets = steps.map(({ sizes }) => {
    const at = words;
    words += Math.ceil((sizes?.length ?? 0) / alignment) * alignment;
    return at;
  });
  if (words === 0) return steps.map(() => null);
  const data = new Uint32Array(words);
  steps.forEach(({ sizes }, at) => data.set(sizes ?? [], offsets[at]!));
  const buffer = buffers.make(data.byteLength, usage.uniform | usage.copyTarget);
  device.queue.writeBuffer(buffer, 0, data);
  return steps.map(({ sizes }, at) =>
    sizes === null ? null : { buffer, offset: offsets[at]! * 4, size: sizes.byteLength },
  );
}
