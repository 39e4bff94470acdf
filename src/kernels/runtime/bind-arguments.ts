import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { bytesOf } from "../graph/buffer-ref.ts";
import type { Plan } from "../plan/make-plan.ts";
import type { CallContext, InputArena } from "./device-context.ts";
import type { GpuStorage } from "./heap.ts";

import { hostBytes } from "./heap.ts";
import type { Loaded } from "./plan-store.ts";
import type { Range } from "./range.ts";

/** A call's arguments on the device, by input number. */
export interface Bound {
  readonly leaves: readonly AnyTensor[];
  /** undefined: written to the plan's own memory. */
  readonly storages: (GpuStorage | undefined)[];
  readonly ranges: readonly Range[];
  /** Storages that donated values have left: to be released once the copies out of them are submitted. */
  readonly left: readonly GpuStorage[];
}

/** Found once per plan. */
export function inputArenas(plan: Plan, inputs: readonly AnyTensor[]): InputArena[] {
  const numbers = new Map<Node, number>(inputs.map(({ node }, i) => [node, i]));
  const packed = plan.arenas
    .filter(({ ofCaller }) => ofCaller)
    .map(({ members, offsets, bytes }) => ({ inputs: members.map(({ node }) => numbers.get(node)!), offsets, bytes }));
  const together = new Set(packed.flatMap((arena) => arena.inputs));
  const alone = plan.results
    .filter(({ tensor, inPlace }) => inPlace && !together.has(numbers.get(tensor.node)!))
    .map(({ tensor }) => ({ inputs: [numbers.get(tensor.node)!], offsets: [0], bytes: bytesOf(tensor) }));
  return [...packed, ...alone];
}

/**
 * Finds each argument's memory; host leaves are written in the queue's order, those that an output is written over to memory
 * of their own, since it outlives the call. Donated leaves that are written over leave a buffer that they share with others:
 * WebGPU refuses a dispatch that writes a buffer and reads any other part of it. Their results lie as the plan wants them, so a
 * loop pays once.
 */
export function bindArguments(
  { name, hostInputs, arenas }: Loaded,
  leaves: readonly AnyTensor[],
  { heap, pool, gpu }: CallContext,
  encoder: GPUCommandEncoder,
): Bound {
  const storages = leaves.map((leaf) => heap.find(leaf, name));
  const left: GpuStorage[] = [];
  /** Brings leaves to a buffer of their own. */
  const gather = ({ inputs, offsets, bytes }: InputArena): void => {
    const first = storages[inputs[0]!];
    const isThere = (input: number, i: number): boolean =>
      storages[input]?.pooled === first?.pooled && storages[input]?.range.offset === offsets[i];
    if (first?.pooled.users === inputs.length && inputs.every(isThere)) return;
    const pooled = pool.take(bytes);
    pooled.users = inputs.length;
    inputs.forEach((input, i) => {
      const [storage, leaf, offset] = [storages[input], leaves[input]!, offsets[i]!];
      storages[input] = heap.place(leaf, pooled, offset);
      if (storage === undefined) {
        gpu.device.queue.writeBuffer(pooled.buffer, offset, hostBytes(leaf) as Uint8Array<ArrayBuffer>);
        return;
      }
      encoder.copyBufferToBuffer(storage.range.buffer, storage.range.offset, pooled.buffer, offset, storage.bytes);
      left.push(storage);
    });
  };
  arenas.forEach(gather);
  const written = new Map<number, AnyTensor>();
  for (const [i, leaf] of leaves.entries()) if (storages[i] === undefined) written.set(i, leaf);
  hostInputs.write(written);
  return { leaves, storages, left, ranges: storages.map((storage, i) => storage?.range ?? hostInputs.range(i)) };
}
