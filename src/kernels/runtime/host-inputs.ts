import type { AnyTensor } from "../../tensor/tensor.ts";
import { layOut } from "../adapter/alignment.ts";
import { sharedBytes } from "../plan/output-layout.ts";
import { hostBytes } from "./heap.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import type { Range } from "./range.ts";

/** Where a plan's host arguments lie. Small ones of the first call share one buffer, which a call writes at once. */
export interface HostInputs {
  /** Writes host leaves, by input number, in the queue's order. */
  write(leaves: ReadonlyMap<number, AnyTensor>): void;
  /** Where a written input lies. */
  range(input: number): Range;
}

let nextId = -1e9; // apart from the plans' and the pool's numbers

export function hostInputs(buffers: PlanBuffers, queue: GPUQueue): HostInputs {
  const ranges = new Map<number, Range>();
  const block = new Map<number, Range>();
  let staged: Uint8Array<ArrayBuffer> | undefined;
  const make = (bytes: number): Range => ({ buffer: buffers.make(bytes), id: nextId--, offset: 0 });
  const layBlock = (leaves: ReadonlyMap<number, AnyTensor>): void => {
    const small = [...leaves].map(([input, leaf]) => ({ input, bytes: hostBytes(leaf).byteLength }));
    const shared = small.filter(({ bytes }) => bytes <= sharedBytes);
    const { offsets, bytes } = layOut(shared.map((one) => one.bytes));
    staged = new Uint8Array(bytes);
    const whole = bytes > 0 ? make(bytes) : undefined;
    shared.forEach(({ input }, i) => block.set(input, { ...whole!, offset: offsets[i]! }));
  };
  return {
    write(leaves) {
      if (leaves.size === 0) return;
      if (staged === undefined) layBlock(leaves);
      let dirty: Range | undefined;
      for (const [input, leaf] of leaves) {
        const bytes = hostBytes(leaf) as Uint8Array<ArrayBuffer>;
        const place = block.get(input);
        if (place !== undefined) {
          staged!.set(bytes, place.offset);
          dirty = place;
          continue;
        }
        const range = ranges.get(input) ?? make(bytes.byteLength);
        ranges.set(input, range);
        queue.writeBuffer(range.buffer, 0, bytes);
      }
      if (dirty !== undefined) queue.writeBuffer(dirty.buffer, 0, staged!);
    },
    range: (input) => block.get(input) ?? ranges.get(input)!,
  };
}
