import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { sizesBinding } from "../codegen/sizes.ts";
import type { Step } from "../codegen/step.ts";
import type { BufferRef } from "../graph/buffer-ref.ts";
import { bytesOf, refType, valueRef } from "../graph/buffer-ref.ts";
import type { Plan } from "../plan/make-plan.ts";
import type { Gpu } from "./gpu.ts";
import { hostBytes } from "./heap.ts";
import type { PipelineCache } from "./pipelines.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import type { Range } from "./range.ts";
import { writeSizes } from "./size-buffer.ts";
import type { StampsOf } from "./timestamps.ts";

/** A plan with its buffers, pipelines and bind groups: ready to encode without making anything. */
export interface Executable {
  /**
   * Encodes all dispatches.
   *
   * @param ranges - of the call: each input's by number, then each direct output's.
   * @param stampsOf - puts each dispatch in a pass of its own.
   */
  encode(encoder: GPUCommandEncoder, ranges: readonly Range[], stampsOf?: StampsOf): void;
  /** Where a value lies after the last step. */
  locate(tensor: AnyTensor, ranges: readonly Range[]): Range;
}

/** One dispatch: its bind group stays until a range of the call that it binds lies elsewhere. */
interface Dispatch {
  readonly step: Step;
  readonly pipeline: GPUComputePipeline;
  /** What is bound: ranges of the plan, and numbers of the call's. */
  readonly sources: readonly (Range | number)[];
  readonly uniform: GPUBufferBinding | null;
  readonly groups: Map<string, GPUBindGroup>;
  group: GPUBindGroup | undefined;
}

const groupsKept = 64; // bind groups cached per step, one per combination of ranges that calls brought

/** Allocates a plan's memory, compiles its pipelines in parallel, and binds what never changes. */
export async function makeExecutable(
  plan: Plan,
  inputs: readonly AnyTensor[],
  buffers: PlanBuffers,
  gpu: Gpu,
  pipelines: PipelineCache,
): Promise<Executable> {
  const { device } = gpu;
  const compiled = await Promise.all(plan.steps.map((step) => pipelines.get(step)));
  const ofCall = [...inputs.map(({ node }) => node), ...plan.direct];
  const numbers = new Map<Node, number>(ofCall.map((node, i) => [node, i]));
  const constants = new Map<Node, Range>();
  let nextId = -1;
  const slots = plan.memory.slots.map(({ bytes }) => ({ buffer: buffers.make(bytes), id: nextId-- }));
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
  const placed = (ref: BufferRef): Range => {
    const { slot, offset } = plan.memory.placeOf.get(plan.keyOf(ref))!;
    return { ...slots[slot]!, offset };
  };
  /** A range of the plan, or the number of one of the call. */
  const sourceOf = (ref: BufferRef): Range | number => {
    if (ref.kind === "scratch") return placed(ref);
    if (ref.kind === "arena") return ref.arena.ofCaller ? numbers.get(ref.arena.members[0]!.node)! : placed(ref);
    const { node } = ref.tensor;
    return numbers.get(node) ?? (node.op === undefined ? constant(ref.tensor) : placed(ref));
  };
  const uniforms = writeSizes(plan.steps, buffers, device);
  const dispatches = plan.steps.map((step, at): Dispatch => {
    const sources = step.buffers.map(({ ref }) => sourceOf(ref));
    return { step, pipeline: compiled[at]!, sources, uniform: uniforms[at]!, groups: new Map(), group: undefined };
  });
  const bind = (dispatch: Dispatch, called: readonly Range[]): void => {
    const ranges = dispatch.sources.map((source) => (typeof source === "number" ? called[source]! : source));
    const key = ranges.map(({ id, offset }) => `${id}+${offset}`).join();
    dispatch.group = dispatch.groups.get(key);
    if (dispatch.group !== undefined) return;
    if (dispatch.groups.size >= groupsKept) dispatch.groups.clear();
    const entries: GPUBindGroupEntry[] = ranges.map(({ buffer, offset }, binding) => ({
      binding,
      resource: { buffer, offset, size: bytesOf(refType(dispatch.step.buffers[binding]!.ref)) },
    }));
    if (dispatch.uniform !== null) entries.push({ binding: sizesBinding, resource: dispatch.uniform });
    const layout = dispatch.pipeline.getBindGroupLayout(0);
    dispatch.group = device.createBindGroup({ label: dispatch.step.name, layout, entries });
    dispatch.groups.set(key, dispatch.group);
  };
  const readers = ofCall.map((_, number) => dispatches.filter(({ sources }) => sources.includes(number)));
  for (const dispatch of dispatches)
    if (dispatch.sources.every((source) => typeof source !== "number")) bind(dispatch, []);
  let last: readonly Range[] = [];
  /** Drops the groups of steps whose ranges moved since the last call. */
  const follow = (ranges: readonly Range[]): void => {
    ranges.forEach(({ id, offset }, number) => {
      const before = last[number];
      if (before?.id === id && before.offset === offset) return;
      for (const dispatch of readers[number]!) dispatch.group = undefined;
    });
    last = ranges;
  };
  return {
    encode(encoder, ranges, stampsOf) {
      follow(ranges);
      let pass = stampsOf === undefined ? encoder.beginComputePass() : undefined;
      let pipeline: GPUComputePipeline | undefined; // of the pass
      for (const [at, dispatch] of dispatches.entries()) {
        if (stampsOf !== undefined) {
          pass = encoder.beginComputePass({ timestampWrites: stampsOf(at) });
          pipeline = undefined;
        }
        if (dispatch.group === undefined) bind(dispatch, ranges);
        if (dispatch.pipeline !== pipeline) pass!.setPipeline(dispatch.pipeline);
        pipeline = dispatch.pipeline;
        pass!.setBindGroup(0, dispatch.group!);
        const [x, y, z] = dispatch.step.workgroups;
        if (y === 1 && z === 1) pass!.dispatchWorkgroups(x);
        else pass!.dispatchWorkgroups(x, y, z);
        if (stampsOf !== undefined) pass!.end();
      }
      if (stampsOf === undefined) pass!.end();
    },
    locate(tensor, ranges) {
      const source = sourceOf(valueRef(tensor));
      return typeof source === "number" ? ranges[source]! : source;
    },
  };
}
