import type { AdapterLimits } from "../tensor/device.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Site } from "../tensor/site.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import type { Executable, Range } from "./executable.ts";
import type { Gpu } from "./gpu.ts";
import type { GpuStorage, Heap } from "./heap.ts";
import { hostBytes } from "./heap.ts";
import type { Plan, PlanRequest } from "./plan.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import { bytesOf } from "./plan-keys.ts";
import type { BufferPool, PooledBuffer } from "./pool.ts";

/** What calls of one device share. */
export interface Shop {
  readonly gpu: Gpu;
  readonly pool: BufferPool;
  readonly heap: Heap;
}

/** A plan on the device, with the buffers that host arguments are written to. */
export interface Loaded {
  readonly name: string;
  readonly plan: Plan;
  readonly executable: Executable;
  readonly buffers: PlanBuffers;
  readonly inputs: readonly AnyTensor[];
  readonly inputBuffers: Map<Node, Range>;
}

/** What programs of one device need to be planned and run. */
export interface Workshop extends Shop {
  load(name: string, request: PlanRequest & { readonly inputs: readonly AnyTensor[] }): Promise<Loaded>;
  /** Gives plans back once `owner`, the program that runs them, is collected; a call under way keeps it. */
  unloadWith(owner: object, plans: readonly PlanBuffers[]): void;
  /** What the adapter does at best; measured once. */
  limits(): Promise<AdapterLimits>;
}

/** The leaf of an argument and, unless it is on the host, its storage. */
interface Bound {
  readonly leaf: AnyTensor;
  readonly storage: GpuStorage | undefined;
}

const packedBytes = 1 << 16; // smaller outputs share one buffer
const packedAlignment = 256; // WebGPU's default minStorageBufferOffsetAlignment

/** Finds each argument's memory; host leaves are written to the plan's own buffers, in the queue's order. */
export function bindLeaves(loaded: Loaded, args: readonly AnyTensor[], shop: Shop): Map<Node, Bound> {
  const bound = new Map<Node, Bound>();
  loaded.inputs.forEach((input, i) => {
    const leaf = args[i]!;
    const storage = shop.heap.find(leaf, loaded.name);
    if (storage === undefined) writeInput(loaded, input, leaf, shop.gpu);
    bound.set(input.node, { leaf, storage });
  });
  return bound;
}

let inputIds = -1e9; // apart from the plans' and the pool's numbers

function writeInput(loaded: Loaded, input: AnyTensor, leaf: AnyTensor, gpu: Gpu): void {
  let range = loaded.inputBuffers.get(input.node);
  if (range === undefined) {
    range = { buffer: loaded.buffers.make(bytesOf(input)), id: inputIds++, offset: 0 };
    loaded.inputBuffers.set(input.node, range);
  }
  gpu.device.queue.writeBuffer(range.buffer, 0, hostBytes(leaf) as Uint8Array<ArrayBuffer>);
}

/** Where the caller's leaves and the call's direct outputs lie: a function for {@link Executable}. */
export function callRanges(
  loaded: Loaded,
  bound: ReadonlyMap<Node, Bound>,
  direct: ReadonlyMap<Node, PooledBuffer>,
): (node: Node) => Range {
  return (node) => {
    const own = direct.get(node);
    if (own !== undefined) return { buffer: own.buffer, id: own.id, offset: 0 };
    const { storage } = bound.get(node)!;
    if (storage === undefined) return loaded.inputBuffers.get(node)!;
    return { buffer: storage.pooled.buffer, id: storage.pooled.id, offset: storage.offset };
  };
}

/** Buffers for the outputs that a call computes in place. */
export function takeDirect({ plan }: Loaded, pool: BufferPool): Map<Node, PooledBuffer> {
  return new Map([...plan.direct].map((node) => [node, pool.take(bytesOf(node.outputs[0]!))]));
}

/** Encodes and submits one call, and makes its output leaves. `given`: donated arguments, which end here. */
export function runCall(
  loaded: Loaded,
  bound: Map<Node, Bound>,
  given: ReadonlySet<Node>,
  shop: Shop,
  site: Site,
): AnyTensor[] {
  const { plan, executable, name } = loaded;
  const { gpu, pool, heap } = shop;
  const encoder = gpu.device.createCommandEncoder({ label: name });
  separateWritten(loaded, bound, shop, encoder, site);
  const direct = takeDirect(loaded, pool);
  const ranges = callRanges(loaded, bound, direct);
  executable.encode(encoder, ranges);
  const copied = plan.results.map(({ tensor, inPlace }) => !inPlace && tensor.node.op !== undefined);
  const targets = placeOutputs(plan, copied, direct, pool);
  plan.results.forEach(({ tensor }, i) => {
    const target = targets[i];
    if (target === undefined || target.pooled === direct.get(tensor.node) || sizeOf(tensor.shape) === 0) return;
    const from = executable.locate(tensor, ranges);
    encoder.copyBufferToBuffer(from.buffer, from.offset, target.pooled.buffer, target.offset, bytesOf(tensor));
  });
  gpu.submit(encoder.finish());
  const passed = new Set<Node>(); // arguments that are outputs as they are, or were written over
  const outputs = plan.results.map(({ tensor, type }, i) => {
    const target = targets[i];
    if (target !== undefined) return heap.hold(type, target.pooled, target.offset);
    const { leaf, storage } = bound.get(tensor.node) ?? { leaf: tensor, storage: undefined };
    if (storage === undefined) return heap.upload(leaf, type);
    if (!given.has(tensor.node) || passed.has(tensor.node)) storage.pooled.users++;
    passed.add(tensor.node);
    return heap.hold(type, storage.pooled, storage.offset);
  });
  for (const node of given) {
    const storage = bound.get(node)?.storage;
    if (storage === undefined) continue;
    if (passed.has(node)) storage.donate(`donated to ${name}`, site);
    else storage.release(`donated to ${name}`, site);
  }
  return outputs;
}

/**
 * Gives donated leaves that are written in place buffers of their own. Host leaves are uploaded, since their results outlive
 * the plan's input buffers; others leave a buffer that they share: WebGPU refuses a dispatch that writes a buffer and reads any
 * other part of it. Their results have buffers of their own, so a loop pays once.
 */
export function separateWritten(
  { plan, name }: Loaded,
  bound: Map<Node, Bound>,
  { pool, heap }: Shop,
  encoder: GPUCommandEncoder,
  site: Site,
): void {
  for (const { tensor, inPlace } of plan.results) {
    const { leaf, storage } = bound.get(tensor.node) ?? {};
    if (!inPlace || leaf === undefined || storage?.pooled.users === 1) continue;
    if (storage === undefined) {
      bound.set(tensor.node, { leaf, storage: heap.find(heap.upload(leaf, tensor), name) });
      continue;
    }
    const pooled = pool.take(storage.bytes);
    encoder.copyBufferToBuffer(storage.pooled.buffer, storage.offset, pooled.buffer, 0, storage.bytes);
    bound.set(tensor.node, { leaf, storage: heap.find(heap.hold(tensor, pooled), name) });
    storage.release(`donated to ${name}`, site);
  }
}

/** Small outputs of a call share one buffer; others get their own, which direct ones have. */
function placeOutputs(
  plan: Plan,
  copied: readonly boolean[],
  direct: ReadonlyMap<Node, PooledBuffer>,
  pool: BufferPool,
) {
  const small = plan.results.map(({ tensor }, i) => copied[i] && bytesOf(tensor) <= packedBytes);
  const offsets: number[] = [];
  let total = 0;
  plan.results.forEach(({ tensor }, i) => {
    offsets.push(total);
    if (small[i]) total += Math.ceil(bytesOf(tensor) / packedAlignment) * packedAlignment;
  });
  const count = small.filter(Boolean).length;
  const shared = count > 0 ? pool.take(total) : undefined;
  if (shared !== undefined) shared.users = count;
  return plan.results.map(({ tensor }, i) => {
    if (!copied[i]) return undefined;
    const own = direct.get(tensor.node);
    if (own !== undefined && plan.results.findIndex((other) => other.tensor.node === tensor.node) === i) {
      return { pooled: own, offset: 0 };
    }
    return small[i] ? { pooled: shared!, offset: offsets[i]! } : { pooled: pool.take(bytesOf(tensor)), offset: 0 };
  });
}
