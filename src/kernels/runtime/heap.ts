import type { NumericArray } from "../../tensor/dtype.ts";
import { allocate, deviceBytes } from "../../tensor/dtype.ts";
import { DeviceError, TraceError } from "../../tensor/errors.ts";
import { fromHalf, toHalf } from "../../tensor/half.ts";
import type { ScopedHeap } from "../../tensor/scope.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Site } from "../../tensor/site.ts";
import { formatSite } from "../../tensor/site.ts";
import type { AnyTensor, Storage, TensorType } from "../../tensor/tensor.ts";
import { formatType, leaf } from "../../tensor/tensor.ts";
import type { Gpu } from "./gpu.ts";
import type { BufferPool, PooledBuffer } from "./pool.ts";
import type { Range } from "./range.ts";

/** A tensor's range of a pooled buffer. */
export interface GpuStorage extends Storage {
  readonly pooled: PooledBuffer;
  readonly range: Range;
  readonly bytes: number;
  /** Gives the memory back, and remembers why: `freed`, `donated to step`. */
  release(what: string, site: Site): void;
  /** Lets the memory pass to another tensor: `release` without giving it back. */
  donate(what: string, site: Site): PooledBuffer;
}

/** The tensors of one GPU device. */
export interface Heap extends ScopedHeap {
  /** A device leaf over a range of a buffer, of which it becomes a user. */
  hold(type: TensorType, pooled: PooledBuffer, offset?: number): AnyTensor;
  /** Where a leaf lives; undefined for a leaf on the host. @throws for programs, and for tensors given away. */
  find(tensor: AnyTensor, name: string): GpuStorage | undefined;
  /** A device leaf with a host leaf's values. `type` may give the same elements another shape. */
  upload(tensor: AnyTensor, type?: TensorType): AnyTensor;
  close(site: Site): void;
  checkOpen(name: string): void;
}

export function gpuHeap(gpu: Gpu, pool: BufferPool): Heap {
  let closed: { site: Site } | undefined;
  const scopes: GpuStorage[][] = [];
  // through the storage, which a scope may still hold: it knows that its memory went back
  const collected = new FinalizationRegistry<GpuStorage>((storage) => {
    if (closed === undefined) storage.release("collected", {});
  });
  const heap: Heap = {
    hold(type, pooled, offset = 0) {
      let farewell: { what: string; site: Site } | undefined;
      const storage: GpuStorage = {
        device: heap,
        pooled,
        range: { buffer: pooled.buffer, id: pooled.id, offset },
        bytes: deviceBytes(type.dtype, sizeOf(type.shape)),
        get gone() {
          const why = farewell ?? (closed && { what: "device closed", site: closed.site });
          return why && describe(why);
        },
        read: async (as) => decode(as, await gpu.read(pooled.buffer, offset, storage.bytes)),
        release(what, site) {
          if (farewell !== undefined) return;
          storage.donate(what, site);
          pool.release(pooled);
        },
        donate(what, site) {
          farewell = { what, site };
          collected.unregister(storage);
          return pooled;
        },
      };
      const tensor = leaf(type, { kind: "device", storage });
      collected.register(tensor.node, storage, storage);
      scopes.at(-1)?.push(storage);
      return tensor;
    },
    find(tensor, name) {
      const { source, site } = tensor.node;
      if (source?.kind === "host") return undefined;
      if (source?.kind !== "device") {
        const mend = "use device.evaluate(tree) first";
        throw new TraceError(`${name}: ${formatType(tensor)} is a program, not a value`, [mend], site);
      }
      if (source.storage.device !== heap) {
        throw new DeviceError(`${name}: ${formatType(tensor)} lives on another device`, [
          "read it there and put it here: device.put(tensor(await x.data(), { shape: x.shape }))",
        ]);
      }
      if (source.storage.gone !== undefined) {
        throw new DeviceError(`${name}: the memory of ${formatType(tensor)} was given away`, [source.storage.gone]);
      }
      return source.storage as GpuStorage;
    },
    upload(tensor, type = tensor) {
      const bytes = hostBytes(tensor);
      const pooled = pool.take(bytes.byteLength);
      gpu.device.queue.writeBuffer(pooled.buffer, 0, bytes as Uint8Array<ArrayBuffer>);
      return heap.hold(type, pooled);
    },
    openScope: () => void scopes.push([]),
    closeScope(kept, site) {
      const around = scopes.at(-2);
      for (const storage of scopes.pop() ?? []) {
        if (kept.has(storage)) around?.push(storage);
        else storage.release("freed at the end of its scope", site);
      }
    },
    close(site) {
      closed ??= { site };
    },
    checkOpen(name) {
      if (closed !== undefined) {
        throw new DeviceError(`${name}: the device is closed`, [describe({ what: "closed", site: closed.site })]);
      }
    },
  };
  return heap;
}

function describe({ what, site }: { what: string; site: Site }): string {
  const where = formatSite(site);
  return where === undefined ? what : `${what} at ${where}`;
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
