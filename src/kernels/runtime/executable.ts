import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { sizesBinding } from "../codegen/sizes.ts";
import type { BufferRef } from "../graph/buffer-ref.ts";
import { bytesOf, refType, valueRef } from "../graph/buffer-ref.ts";
import type { Plan } from "../plan/make-plan.ts";
import type { PlannedStep } from "../plan/planned-step.ts";
import { walkSteps } from "../plan/planned-step.ts";
import type { Binding } from "./binding.ts";
import { bindingOf, movedOffsets, placesKey } from "./binding.ts";
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

/** One dispatch: its bind groups stay until a range of the call that they bind lies elsewhere. */
interface Dispatch {
  readonly step: PlannedStep;
  readonly pipeline: GPUComputePipeline;
  readonly bindings: readonly Binding[];
  readonly uniform: GPUBufferBinding | null;
  /** Groups by all that they bind. */
  readonly groups: Map<string, GPUBindGroup>;
  /** Groups of this call, by which of its sources each binding has. Outside of loops there is one. */
  readonly current: Map<number | string, GPUBindGroup>;
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
    const bindings = step.buffers.map(({ ref, moves }) => bindingOf(ref, moves, step.loops, sourceOf));
    return { step, pipeline: compiled[at]!, bindings, uniform: uniforms[at]!, groups: new Map(), current: new Map() };
  });
  const bind = ({ step, pipeline, bindings, uniform, groups }: Dispatch, called: readonly Range[]): GPUBindGroup => {
    const ranges = bindings.map((binding): Range => {
      const source = binding.sources[binding.source]!;
      const range = typeof source === "number" ? called[source]! : source;
      return binding.moves ? range : { ...range, offset: range.offset + binding.offset };
    });
    const key = ranges.map(({ id, offset }) => `${id}+${offset}`).join();
    const known = groups.get(key);
    if (known !== undefined) return known;
    const steps = step.loops.reduce((total, { length }) => total * length, 1);
    if (groups.size >= groupsKept * steps) groups.clear();
    const entries: GPUBindGroupEntry[] = ranges.map(({ buffer, offset }, binding) => ({
      binding,
      resource: { buffer, offset, size: bytesOf(refType(step.buffers[binding]!.ref)) },
    }));
    if (uniform !== null) entries.push({ binding: sizesBinding, resource: uniform });
    const group = device.createBindGroup({ label: step.name, layout: pipeline.getBindGroupLayout(0), entries });
    groups.set(key, group);
    return group;
  };
  const groupOf = (dispatch: Dispatch, ranges: readonly Range[]): GPUBindGroup => {
    const key = dispatch.step.loops.length === 0 ? 0 : placesKey(dispatch.bindings);
    let group = dispatch.current.get(key);
    if (group === undefined) {
      group = bind(dispatch, ranges);
      dispatch.current.set(key, group);
    }
    return group;
  };
  const readers = ofCall.map((_, number) =>
    dispatches.filter(({ bindings }) => bindings.some(({ sources }) => sources.includes(number))),
  );
  for (const dispatch of dispatches) {
    const isOfPlan = dispatch.bindings.every(({ sources }) => sources.every((source) => typeof source !== "number"));
    if (isOfPlan && dispatch.step.loops.length === 0) groupOf(dispatch, []);
  }
  let last: readonly Range[] = [];
  /** Drops the groups of steps whose ranges moved since the last call. */
  const follow = (ranges: readonly Range[]): void => {
    ranges.forEach(({ id, offset }, number) => {
      const before = last[number];
      if (before?.id === id && before.offset === offset) return;
      for (const dispatch of readers[number]!) dispatch.current.clear();
    });
    last = ranges;
  };
  return {
    encode(encoder, ranges, stampsOf) {
      follow(ranges);
      let pass = stampsOf === undefined ? encoder.beginComputePass() : undefined;
      let pipeline: GPUComputePipeline | undefined; // of the pass
      let ran = 0;
      walkSteps(plan.steps, (at, counters) => {
        const dispatch = dispatches[at]!;
        if (stampsOf !== undefined) {
          pass = encoder.beginComputePass({ timestampWrites: stampsOf(ran++) });
          pipeline = undefined;
        }
        if (counters.length > 0) for (const binding of dispatch.bindings) binding.goTo(counters);
        const group = groupOf(dispatch, ranges);
        if (dispatch.pipeline !== pipeline) pass!.setPipeline(dispatch.pipeline);
        pipeline = dispatch.pipeline;
        if (counters.length === 0) pass!.setBindGroup(0, group);
        else pass!.setBindGroup(0, group, movedOffsets(dispatch.bindings));
        const [x, y, z] = dispatch.step.workgroups;
        if (y === 1 && z === 1) pass!.dispatchWorkgroups(x);
        else pass!.dispatchWorkgroups(x, y, z);
        if (stampsOf !== undefined) pass!.end();
      });
      if (stampsOf === undefined) pass!.end();
    },
    locate(tensor, ranges) {
      const source = sourceOf(valueRef(tensor));
      return typeof source === "number" ? ranges[source]! : source;
    },
  };
}
