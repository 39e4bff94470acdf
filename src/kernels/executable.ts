import type { AnyTensor, Node } from "../tensor/tensor.ts";
import type { Gpu } from "./gpu.ts";
import { hostBytes } from "./heap.ts";
import type { PipelineCache } from "./pipelines.ts";
import type { Plan } from "./plan.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import { bytesOf, refType, valueRef } from "./plan-keys.ts";
import type { BufferRef } from "./step.ts";
import type { StampsOf } from "./timestamps.ts";

/** A range of a buffer, with the buffer's own number. */
export interface Range {
  readonly buffer: GPUBuffer;
  readonly id: number;
  readonly offset: number;
}

/** A plan with its buffers, pipelines and bind groups: ready to encode without making anything. */
export interface Executable {
  /**
   * Encodes all dispatches. `leaves` gives the buffer of each input leaf and direct output; `stampsOf`, when given, puts each
   * dispatch in a pass of its own.
   */
  encode(encoder: GPUCommandEncoder, leaves: (node: Node) => Range, stampsOf?: StampsOf): void;
  /** Where a value lies after the last step. */
  locate(tensor: AnyTensor, leaves: (node: Node) => Range): Range;
}

const groupsKept = 64; // bind groups a step for different input buffers

/** Allocates a plan's memory, compiles its pipelines in parallel, and binds what never changes. */
export async function makeExecutable(
  plan: Plan,
  buffers: PlanBuffers,
  gpu: Gpu,
  pipelines: PipelineCache,
): Promise<Executable> {
  const { device } = gpu;
  const compiled = await Promise.all(plan.steps.map((step) => pipelines.get(step)));
  const constants = new Map<Node, Range>();
  let nextId = -1; // the plan's own buffers have negative numbers; pooled ones count up
  const slotRanges = plan.memory.slots.map(
    ({ bytes }): Range => ({ buffer: buffers.make(bytes), id: nextId--, offset: 0 }),
  );
  const constant = (tensor: AnyTensor): Range => {
    let range = constants.get(tensor.node);
    if (range === undefined) {
      const bytes = hostBytes(tensor);
      const buffer = buffers.make(bytes.byteLength);
      device.queue.writeBuffer(buffer, 0, bytes as Uint8Array<ArrayBuffer>);
      range = { buffer, id: nextId--, offset: 0 };
      constants.set(tensor.node, range);
    }
    return range;
  };
  // buffers that may change from call to call: the caller's leaves and the outputs that need no copy
  const isOfCall = (node: Node): boolean =>
    plan.direct.has(node) || (node.source !== undefined && node.source.kind !== "host");
  const slotOf = (ref: BufferRef): Range => slotRanges[plan.memory.slotOf.get(plan.keyOf(ref))!]!;
  const locate = (tensor: AnyTensor, leaves: (node: Node) => Range): Range => {
    if (tensor.node.source?.kind === "host") return constant(tensor);
    if (isOfCall(tensor.node)) return leaves(tensor.node);
    return slotOf(valueRef(tensor));
  };
  const runs = plan.steps.map((step, at) => {
    const pipeline = compiled[at]!;
    const layout = pipeline.getBindGroupLayout(0);
    const groups = new Map<string, GPUBindGroup>();
    // found once: a call only asks for the leaves that it brings
    const sources = step.buffers.map(({ ref }): Range | Node => {
      if (ref.kind === "scratch") return slotOf(ref);
      return isOfCall(ref.tensor.node) ? ref.tensor.node : locate(ref.tensor, noLeaves);
    });
    const fixed = sources.every((source) => "buffer" in source);
    const bind = (leaves: (node: Node) => Range): GPUBindGroup => {
      const ranges = sources.map((source) => ("buffer" in source ? source : leaves(source)));
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
    const ready = fixed ? bind(noLeaves) : undefined;
    return { pipeline, workgroups: step.workgroups, group: ready === undefined ? bind : () => ready };
  });
  return {
    encode(encoder, leaves, stampsOf) {
      let pass = stampsOf === undefined ? encoder.beginComputePass() : undefined;
      runs.forEach(({ pipeline, workgroups, group }, at) => {
        if (stampsOf !== undefined) pass = encoder.beginComputePass({ timestampWrites: stampsOf(at) });
        pass!.setPipeline(pipeline);
        pass!.setBindGroup(0, group(leaves));
        pass!.dispatchWorkgroups(...workgroups);
        if (stampsOf !== undefined) pass!.end();
      });
      if (stampsOf === undefined) pass!.end();
    },
    locate,
  };
}

function noLeaves(): never {
  throw new Error("executable: a step without leaves asked for one");
}
