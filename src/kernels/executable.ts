import type { AnyTensor, Node } from "../tensor/tensor.ts";
import type { Gpu } from "./gpu.ts";
import { usage } from "./gpu.ts";
import { hostBytes } from "./heap.ts";
import type { PipelineCache } from "./pipelines.ts";
import type { Plan } from "./plan.ts";
import { bytesOf, refType, valueRef } from "./plan-keys.ts";

/** A range of a buffer, with the buffer's own number. */
export interface Range {
  readonly buffer: GPUBuffer;
  readonly id: number;
  readonly offset: number;
}

/** A plan with its buffers, pipelines and bind groups: ready to encode without making anything. */
export interface Executable {
  /** Encodes all dispatches. `leaves` gives the buffer of each input leaf; timestamps, when given, mark each dispatch. */
  encode(encoder: GPUCommandEncoder, leaves: (node: Node) => Range, timestamps?: GPUQuerySet): void;
  /** Where a value lies after the last step. */
  locate(tensor: AnyTensor, leaves: (node: Node) => Range): Range;
  /** Bytes of its slots and constants. */
  bytes(): number;
  destroy(): void;
}

const groupsKept = 64; // bind groups a step for different input buffers

/** Allocates a plan's memory, compiles its pipelines in parallel, and binds what never changes. */
export async function makeExecutable(plan: Plan, gpu: Gpu, pipelines: PipelineCache): Promise<Executable> {
  const { device } = gpu;
  const compiled = await Promise.all(plan.steps.map((step) => pipelines.get(step)));
  const slots = plan.memory.slots.map(({ bytes }) =>
    device.createBuffer({ size: bytes, usage: usage.storage | usage.copySource | usage.copyTarget }),
  );
  const constants = new Map<Node, Range>();
  let nextId = -1; // the plan's own buffers have negative numbers; pooled ones count up
  const slotRanges = slots.map((buffer): Range => ({ buffer, id: nextId--, offset: 0 }));
  const constant = (tensor: AnyTensor): Range => {
    let range = constants.get(tensor.node);
    if (range === undefined) {
      const bytes = hostBytes(tensor);
      const buffer = device.createBuffer({
        size: bytes.byteLength,
        usage: usage.storage | usage.copySource | usage.copyTarget,
      });
      device.queue.writeBuffer(buffer, 0, bytes as Uint8Array<ArrayBuffer>);
      range = { buffer, id: nextId--, offset: 0 };
      constants.set(tensor.node, range);
    }
    return range;
  };
  const locate = (tensor: AnyTensor, leaves: (node: Node) => Range): Range => {
    if (tensor.node.source?.kind === "host") return constant(tensor);
    if (tensor.node.op === undefined) return leaves(tensor.node);
    return slotRanges[plan.memory.slotOf.get(plan.keyOf(valueRef(tensor)))!]!;
  };
  const runs = plan.steps.map((step, at) => {
    const pipeline = compiled[at]!;
    const layout = pipeline.getBindGroupLayout(0);
    const groups = new Map<string, GPUBindGroup>();
    const fixed = step.buffers.every(({ ref }) => ref.kind === "scratch" || !isCallLeaf(ref.tensor.node));
    const bind = (leaves: (node: Node) => Range): GPUBindGroup => {
      const ranges = step.buffers.map(({ ref }) =>
        ref.kind === "scratch" ? slotRanges[plan.memory.slotOf.get(plan.keyOf(ref))!]! : locate(ref.tensor, leaves),
      );
      const key = fixed ? "" : ranges.map(({ id, offset }) => `${id}+${offset}`).join();
      let group = groups.get(key);
      if (group === undefined) {
        if (groups.size >= groupsKept) groups.clear();
        const entries = ranges.map(({ buffer, offset }, binding) => ({
          binding,
          resource: { buffer, offset, size: bytesOf(refType(step.buffers[binding]!.ref)) },
        }));
        group = device.createBindGroup({ label: step.name, layout, entries });
        groups.set(key, group);
      }
      return group;
    };
    const ready = fixed ? bind(() => slotRanges[0]!) : undefined;
    return { pipeline, workgroups: step.workgroups, group: ready === undefined ? bind : () => ready };
  });
  return {
    encode(encoder, leaves, timestamps) {
      let pass = timestamps === undefined ? encoder.beginComputePass() : undefined;
      runs.forEach(({ pipeline, workgroups, group }, at) => {
        if (timestamps !== undefined) {
          const timestampWrites = {
            querySet: timestamps,
            beginningOfPassWriteIndex: 2 * at,
            endOfPassWriteIndex: 2 * at + 1,
          };
          pass = encoder.beginComputePass({ timestampWrites });
        }
        pass!.setPipeline(pipeline);
        pass!.setBindGroup(0, group(leaves));
        pass!.dispatchWorkgroups(...workgroups);
        if (timestamps !== undefined) pass!.end();
      });
      if (timestamps === undefined) pass!.end();
    },
    locate,
    bytes: () =>
      [...slots, ...[...constants.values()].map(({ buffer }) => buffer)].reduce((total, { size }) => total + size, 0),
    destroy() {
      for (const buffer of slots) buffer.destroy();
      for (const { buffer } of constants.values()) buffer.destroy();
    },
  };
}

/** A leaf whose buffer the caller brings, so it may change from call to call. */
function isCallLeaf(node: Node): boolean {
  return node.source !== undefined && node.source.kind !== "host";
}
