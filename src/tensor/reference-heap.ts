import type { NumericArray } from "./dtype.ts";
import { allocate, deviceBytes } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { ScopeOwner } from "./scope.ts";
import { sizeOf } from "./shape.ts";
import type { Site } from "./site.ts";
import type { GivenAway, HeldStorage } from "./storage.ts";
import { closedError, formatGivenAway, storageOf } from "./storage.ts";
import type { AnyTensor, TensorType } from "./tensor.ts";
import { leaf } from "./tensor.ts";

/** A tensor's values on the reference device. They are shared, never written. */
interface ReferenceStorage extends HeldStorage {
  readonly values: NumericArray;
}

/** The memory of one reference device: makes leaves, counts bytes, remembers where leaves were given away. */
export interface ReferenceHeap {
  bytes(): number;
  /** A device leaf of these values; they are taken, not copied. */
  hold(type: TensorType, values: NumericArray, owner: ScopeOwner | undefined): AnyTensor;
  /** Where a leaf lives here; undefined for a leaf on the host. @throws DeviceError or TraceError for any other tensor. */
  find(tensor: AnyTensor, name: string): ReferenceStorage | undefined;
  /** The values of a leaf, in the array type that its dtype has here. @throws as {@link find}. */
  valuesOf(tensor: AnyTensor, name: string): NumericArray;
  close(site: Site): void;
  /** @throws DeviceError once closed. */
  check(name: string): void;
}

export function referenceHeap(): ReferenceHeap {
  let bytes = 0;
  let closed: Site | undefined;
  const collected = new FinalizationRegistry<ReferenceStorage>((storage) =>
    storage.release({ what: "collected", site: {} }),
  );

  const heap: ReferenceHeap = {
    bytes: () => (closed === undefined ? bytes : 0),
    hold(type, taken, owner) {
      const size = deviceBytes(type.dtype, sizeOf(type.shape));
      let values: NumericArray | undefined = taken;
      let gone: GivenAway | undefined;
      const storage: ReferenceStorage = {
        device: heap,
        owner: undefined,
        get gone() {
          const why = gone ?? (closed && { what: "device closed", site: closed });
          return why && formatGivenAway(why);
        },
        get values() {
          return values!;
        },
        async read() {
          heap.check("data");
          if (gone !== undefined) {
            throw new DeviceError("data: this tensor's memory was given away", [formatGivenAway(gone)]);
          }
          return values!.slice();
        },
        release(why) {
          if (gone !== undefined) return;
          gone = why;
          values = undefined;
          bytes -= size;
          collected.unregister(storage);
          storage.owner?.remove(storage);
        },
      };
      bytes += size;
      const tensor = leaf(type, { kind: "device", storage });
      collected.register(tensor.node, storage, storage);
      owner?.add(storage);
      return tensor;
    },
    find: (tensor, name) => storageOf(tensor, heap, name),
    valuesOf(tensor, name) {
      const storage = heap.find(tensor, name);
      if (storage !== undefined) return storage.values;
      const values = allocate(tensor.dtype, sizeOf(tensor.shape));
      if (tensor.node.source?.kind === "host") values.set(tensor.node.source.data);
      return values;
    },
    close(site) {
      closed ??= site;
    },
    check(name) {
      if (closed !== undefined) throw closedError(name, closed);
    },
  };
  return heap;
}
