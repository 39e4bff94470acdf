import type { AdapterLimits } from "../tensor/device.ts";
import type { Site } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Executable } from "./executable.ts";
import type { Gpu } from "./gpu.ts";
import type { GpuStorage, Heap } from "./heap.ts";
import type { HostInputs } from "./host-inputs.ts";
import type { OutputLayout } from "./output-layout.ts";
import type { Plan, PlanRequest } from "./plan.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import { bytesOf } from "./plan-keys.ts";
import type { BufferPool, PooledBuffer } from "./pool.ts";
import type { Range } from "./range.ts";

/** What calls of one device share. */
export interface Shop {
  readonly gpu: Gpu;
  readonly pool: BufferPool;
  readonly heap: Heap;
}

/** A plan on the device. */
export interface Loaded {
  readonly name: string;
  readonly plan: Plan;
  readonly executable: Executable;
  readonly buffers: PlanBuffers;
  readonly hostInputs: HostInputs;
  readonly outputs: OutputLayout;
}

/** What to load: a plan's request, and the leaves that each call brings, in order. */
export interface LoadRequest extends PlanRequest {
  readonly inputs: readonly AnyTensor[];
}

/** What programs of one device need to be planned and run. */
export interface Workshop extends Shop {
  load(name: string, request: LoadRequest): Promise<Loaded>;
  /** Gives plans back once `owner`, the program that runs them, is collected; a call under way keeps it. */
  unloadWith(owner: object, plans: readonly PlanBuffers[]): void;
  /** What the adapter does at best; measured once. */
  limits(): Promise<AdapterLimits>;
}

/** A call's arguments on the device, by input number. */
export interface Bound {
  readonly leaves: readonly AnyTensor[];
  /** undefined: written to the plan's own memory. */
  readonly storages: (GpuStorage | undefined)[];
  readonly ranges: readonly Range[];
  /** Storages that donated values have left: to be released once the copies out of them are submitted. */
  readonly left: readonly GpuStorage[];
}

/**
 * Finds each argument's memory; host leaves are written in the queue's order, those that an output is written over to memory
 * of their own, since it outlives the call. Donated leaves that are written over leave a buffer that they share: WebGPU refuses a
 * dispatch that writes a buffer and reads any other part of it. Their results have buffers of their own, so a loop pays once.
 */
export function bindArguments(
  { name, outputs, hostInputs }: Loaded,
  leaves: readonly AnyTensor[],
  { heap, pool }: Shop,
  encoder: GPUCommandEncoder,
): Bound {
  const storages = leaves.map((leaf) => heap.find(leaf, name));
  const left: GpuStorage[] = [];
  for (const { input, inPlace, tensor } of outputs.places) {
    const storage = storages[input];
    if (!inPlace || storage?.pooled.users === 1) continue;
    if (storage === undefined) {
      storages[input] = heap.find(heap.upload(leaves[input]!, tensor), name);
      continue;
    }
    const pooled = pool.take(storage.bytes);
    encoder.copyBufferToBuffer(storage.range.buffer, storage.range.offset, pooled.buffer, 0, storage.bytes);
    storages[input] = heap.find(heap.hold(tensor, pooled), name);
    left.push(storage);
  }
  const written = new Map<number, AnyTensor>();
  for (const [i, leaf] of leaves.entries()) if (storages[i] === undefined) written.set(i, leaf);
  hostInputs.write(written);
  return { leaves, storages, left, ranges: storages.map((storage, i) => storage?.range ?? hostInputs.range(i)) };
}

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
  shop: Shop,
  site: Site,
): AnyTensor[] {
  const { executable, name, outputs } = loaded;
  const { gpu, pool, heap } = shop;
  const encoder = gpu.device.createCommandEncoder({ label: name });
  const bound = bindArguments(loaded, leaves, shop, encoder);
  const direct = takeDirect(loaded, pool);
  const ranges = callRanges(bound, direct);
  executable.encode(encoder, ranges);
  const shared = outputs.sharers > 0 ? pool.take(outputs.sharedBytes) : undefined;
  if (shared !== undefined) shared.users = outputs.sharers;
  const targets = outputs.places.map(({ tensor, copied, direct: own, offset, bytes }): PooledBuffer | undefined => {
    if (!copied) return direct[own];
    const target = offset < 0 ? pool.take(bytes) : shared!;
    if (bytes === 0) return target;
    const from = executable.locate(tensor, ranges);
    encoder.copyBufferToBuffer(from.buffer, from.offset, target.buffer, Math.max(0, offset), bytes);
    return target;
  });
  gpu.submit(encoder.finish());
  for (const storage of bound.left) storage.release(`donated to ${name}`, site);
  const passed = new Set<number>(); // arguments that are outputs as they are, or were written over
  const results = outputs.places.map(({ type, tensor, input, offset }, i) => {
    const target = targets[i];
    if (target !== undefined) return heap.hold(type, target, Math.max(0, offset));
    const storage = bound.storages[input];
    if (storage === undefined) return heap.upload(bound.leaves[input] ?? tensor, type);
    if (!donated.has(input) || passed.has(input)) storage.pooled.users++;
    passed.add(input);
    return heap.hold(type, storage.pooled, storage.range.offset);
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
  const what = `donated to ${name}`;
  for (const input of donated) {
    if (passed.has(input)) storages[input]?.donate(what, site);
    else storages[input]?.release(what, site);
  }
}
