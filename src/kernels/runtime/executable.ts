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
interface Run {
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
  const runs = plan.steps.map((step, at): Run => {
    const sources = step.buffers.map(({ ref }) => sourceOf(ref));
    return { step, pipeline: compiled[at]!, sources, uniform: uniforms[at]!, groups: new Map(), group: undefined };
  });
  const bind = (run: Run, called: readonly Range[]): void => {
    const ranges = run.sources.map((source) => (typeof source === "number" ? called[source]! : source));
    const key = ranges.map(({ id, offset }) => `${id}+${offset}`).join();
    run.group = run.groups.get(key);
    if (run.group !== undefined) return;
    if (run.groups.size >= groupsKept) run.groups.clear();
    const entries: GPUBindGroupEntry[] = ranges.map(({ buffer, offset }, binding) => ({
      binding,
      resource: { buffer, offset, size: bytesOf(refType(run.step.buffers[binding]!.ref)) },
    }));
    if (run.uniform !== null) entries.push({ binding: sizesBinding, resource: run.uniform });
    const layout = run.pipeline.getBindGroupLayout(0);
    run.group = device.createBindGroup({ label: run.step.name, layout, entries });
    run.groups.set(key, run.group);
  };
  const readers = ofCall.map((_, number) => runs.filter(({ sources }) => sources.includes(number)));
  for (const run of runs) if (run.sources.every((source) => typeof source !== "number")) bind(run, []);
  let last: readonly Range[] = [];
  /** Drops the groups of steps whose ranges moved since the last call. */
  const follow = (ranges: readonly Range[]): void => {
    ranges.forEach(({ id, offset }, number) => {
      const before = last[number];
      if (before?.id === id && before.offset === offset) return;
      for (const run of readers[number]!) run.group = undefined;
    });
    last = ranges;
  };
  return {
    encode(encoder, ranges, stampsOf) {
      follow(ranges);
      let pass = stampsOf === undefined ? encoder.beginComputePass() : undefined;
      let pipeline: GPUComputePipeline | undefined; // of the pass
      for (const [at, run] of runs.entries()) {
        if (stampsOf !== undefined) {
          pass = encoder.beginComputePass({ timestampWrites: stampsOf(at) });
          pipeline = undefined;
        }
        if (run.group === undefined) bind(run, ranges);
        if (run.pipeline !== pipeline) pass!.setPipeline(run.pipeline);
        pipeline = run.pipeline;
        pass!.setBindGroup(0, run.group!);
        const [x, y, z] = run.step.workgroups;
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
