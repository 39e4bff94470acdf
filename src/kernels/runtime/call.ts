import type { ScopeOwner } from "../../tensor/scope.ts";
import type { Site } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { bytesOf } from "../graph/buffer-ref.ts";
import type { Bound } from "./bind-arguments.ts";
import { bindArguments } from "./bind-arguments.ts";
import type { CallContext } from "./device-context.ts";
import type { Loaded } from "./plan-store.ts";
import type { BufferPool, PooledBuffer } from "./pool.ts";
import type { Range } from "./range.ts";

/** Buffers for the outputs that a call computes where they stay. */
export function takeDirect({ plan }: Loaded, pool: BufferPool): PooledBuffer[] {
  return [...plan.direct].map((node) => pool.take(bytesOf(node.outputs[0]!)));
}

/** The ranges of a call, as {@link Executable} numbers them. */
export function callRanges(bound: Bound, direct: readonly PooledBuffer[]): readonly Range[] {
  if (direct.length === 0) return bound.ranges;
  return [...bound.ranges, ...direct.map(({ buffer, id }) => ({ buffer, id, offset: 0 }))];
}

/** Encodes and submits one call, and makes its output leaves. `donated`: numbers of the arguments that end here. */
export function runCall(
  loaded: Loaded,
  leaves: readonly AnyTensor[],
  donated: ReadonlySet<number>,
  context: CallContext,
  owner: ScopeOwner | undefined,
  site: Site,
): AnyTensor[] {
  const { executable, name, outputs } = loaded;
  const { gpu, pool, heap } = context;
  const encoder = gpu.device.createCommandEncoder({ label: name });
  const bound = bindArguments(loaded, leaves, context, encoder);
  const direct = takeDirect(loaded, pool);
  const ranges = callRanges(bound, direct);
  executable.encode(encoder, ranges);
  const shared = outputs.sharedCount > 0 ? pool.take(outputs.sharedBytes) : undefined;
  if (shared !== undefined) shared.users = outputs.sharedCount;
  const targets = outputs.places.map(({ tensor, copied, direct: own, offset, bytes }): PooledBuffer | undefined => {
    if (!copied) return direct[own];
    const target = offset < 0 ? pool.take(bytes) : shared!;
    if (bytes === 0) return target;
    const from = executable.locate(tensor, ranges);
    encoder.copyBufferToBuffer(from.buffer, from.offset, target.buffer, Math.max(0, offset), bytes);
    return target;
  });
  gpu.submit(encoder.finish());
  for (const storage of bound.left) storage.release({ what: `donated to ${name}`, site });
  const passed = new Set<number>(); // arguments that are outputs as they are, or were written over
  const results = outputs.places.map(({ type, tensor, input, offset }, i) => {
    const target = targets[i];
    if (target !== undefined) return heap.hold(type, target, Math.max(0, offset), owner);
    const storage = bound.storages[input];
    if (storage === undefined) return heap.upload(bound.leaves[input] ?? tensor, type, owner);
    if (!donated.has(input) || passed.has(input)) storage.pooled.users++;
    passed.add(input);
    return heap.hold(type, storage.pooled, storage.range.offset, owner);
  });
  endDonated(bound, donated, passed, name, site);
  return results;
}

/** Donated arguments cannot be used again; memory that no output took goes back. */
export function endDonated(
  { storages }: Bound,
  donated: ReadonlySet<number>,
  passed: ReadonlySet<number>,
  name: string,
  site: Site,
): void {
  const why = { what: `donated to ${name}`, site };
  for (const input of donated) {
    if (passed.has(input)) storages[input]?.donate(why);
    else storages[input]?.release(why);
  }
}
