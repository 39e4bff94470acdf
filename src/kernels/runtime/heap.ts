import type { NumericArray } from "../../tensor/dtype.ts";
import { allocate, deviceBytes } from "../../tensor/dtype.ts";
import { DeviceError, TraceError } from "../../tensor/errors.ts";
import { fromHalf, toHalf } from "../../tensor/half.ts";
import type { ScopeOwner } from "../../tensor/scope.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Site } from "../../tensor/site.ts";
import type { GivenAway, HeldStorage } from "../../tensor/storage.ts";
import { formatGivenAway, storageOf } from "../../tensor/storage.ts";
import type { AnyTensor, TensorType } from "../../tensor/tensor.ts";
import { formatType, leaf } from "../../tensor/tensor.ts";
import type { Gpu } from "./gpu.ts";
import type { BufferPool, PooledBuffer } from "./pool.ts";
import type { Range } from "./range.ts";

/** A tensor's range of a pooled buffer. */
export interface GpuStorage extends HeldStorage {
  readonly pooled: PooledBuffer;
  readonly range: Range;
  readonly bytes: number;
  /** Lets the memory pass to another tensor: `release` without giving it back. */
  donate(why: GivenAway): PooledBuffer;
}

/** The tensors of one GPU device. */
export interface Heap {
  /** A range of a buffer, of which it becomes a user. No tensor is on it, so it is released by hand. */
  place(type: TensorType, pooled: PooledBuffer, offset: number): GpuStorage;
  /** A device leaf over a range of a buffer, of which it becomes a user. It belongs to `owner` and goes back when it is collected. */
  hold(type: TensorType, pooled: PooledBuffer, offset: number, owner: ScopeOwner | undefined): AnyTensor;
  /** Where a leaf lives; undefined for a leaf on the host. @throws for programs, and for tensors given away. */
  find(tensor: AnyTensor, name: string): GpuStorage | undefined;
  /** A device leaf with a host leaf's values. `type` may give the same elements another shape. */
  upload(tensor: AnyTensor, type: TensorType, owner: ScopeOwner | undefined): AnyTensor;
  close(site: Site): void;
}

export function gpuHeap(gpu: Gpu, pool: BufferPool): Heap {
  let closed: Site | undefined;
  const collected = new FinalizationRegistry<GpuStorage>((storage) => storage.release({ what: "collected", site: {} }));
  const heap: Heap = {
    place(type, pooled, offset) {
      let gone: GivenAway | undefined;
      const storage: GpuStorage = {
        device: heap,
        owner: undefined,
        pooled,
        range: { buffer: pooled.buffer, id: pooled.id, offset },
        bytes: deviceBytes(type.dtype, sizeOf(type.shape)),
        get gone() {
          const why = gone ?? (closed && { what: "device closed", site: closed });
          return why && formatGivenAway(why);
        },
        async read(as) {
          gpu.checkUsable("data");
          if (gone !== undefined) {
            throw new DeviceError("data: this tensor's memory was given away", [formatGivenAway(gone)]);
          }
          return decode(as, await gpu.read(pooled.buffer, offset, storage.bytes));
        },
        release(why) {
          if (gone !== undefined) return;
          storage.donate(why);
          pool.release(pooled);
        },
        donate(why) {
          gone = why;
          collected.unregister(storage);
          storage.owner?.remove(storage);
          return pooled;
        },
      };
      return storage;
    },
    hold(type, pooled, offset, owner) {
      const storage = heap.place(type, pooled, offset);
      const tensor = leaf(type, { kind: "device", storage });
      collected.register(tensor.node, storage, storage);
      owner?.add(storage);
      return tensor;
    },
    find: (tensor, name) => storageOf(tensor, heap, name),
    upload(tensor, type, owner) {
      const bytes = hostBytes(tensor);
      const pooled = pool.take(bytes.byteLength);
      gpu.device.queue.writeBuffer(pooled.buffer, 0, bytes as Uint8Array<ArrayBuffer>);
      return heap.hold(type, pooled, 0, owner);
    },
    close(site) {
      closed ??= site;
    },
  };
  return heap;
}

/** A host leaf's values as the device stores them: whole words, bool as u32, f16 as bits. */
export function hostBytes(tensor: AnyTensor): Uint8Array {
  const source = tensor.node.source;
  if (source?.kind !== "host")
    throw new TraceError(`put: ${formatType(tensor)} has no host data`, [], tensor.node.site);
  const size = sizeOf(tensor.shape);
  const words = new ArrayBuffer(deviceBytes(tensor.dtype, size));
  viewOf(tensor.dtype, words).set(tensor.dtype === "f16" ? Array.from(source.data, toHalf) : source.data);
  return new Uint8Array(words);
}

function viewOf(dtype: TensorType["dtype"], words: ArrayBuffer): NumericArray | Uint16Array {
  switch (dtype) {
    case "f32":
      return new Float32Array(words);
    case "i32":
      return new Int32Array(words);
    case "u8":
      return new Uint8Array(words);
    case "f16":
      return new Uint16Array(words);
    default:
      return new Uint32Array(words);
  }
}

function decode(type: TensorType, words: ArrayBuffer): NumericArray {
  const size = sizeOf(type.shape);
  const values = allocate(type.dtype, size);
  const stored = viewOf(type.dtype, words).subarray(0, size);
  values.set(type.dtype === "f16" ? Array.from(stored, fromHalf) : stored);
  return values;
}
