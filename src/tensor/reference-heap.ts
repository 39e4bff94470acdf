import type { NumericArray } from "./dtype.ts";
import { allocate, deviceBytes } from "./dtype.ts";
import { DeviceError, TraceError } from "./errors.ts";
import type { ScopedHeap } from "./scope.ts";
import { sizeOf } from "./shape.ts";
import type { Site } from "./site.ts";
import { formatSite } from "./site.ts";
import type { AnyTensor, Storage, TensorType } from "./tensor.ts";
import { formatType, leaf } from "./tensor.ts";

/** Why memory is no longer its tensor's own (`donated to step`, `freed`), and where that happened. */
export interface Farewell {
  readonly what: string;
  readonly site: Site;
}

/** A tensor's values on the reference device. They are shared, never written. */
interface Holding extends Storage {
  readonly values: NumericArray;
  release(farewell: Farewell): void;
}

/** The memory of one reference device: makes leaves, counts bytes, remembers where leaves were given away. */
export interface ReferenceHeap extends ScopedHeap {
  bytes(): number;
  /** A device leaf of these values; they are taken, not copied. */
  hold(type: TensorType, values: NumericArray): AnyTensor;
  /** Where a leaf lives here; undefined for a leaf on the host. @throws DeviceError or TraceError for any other tensor. */
  find(tensor: AnyTensor, name: string): Holding | undefined;
  /** The values of a leaf, in the array type that its dtype has here. @throws as {@link find}. */
  valuesOf(tensor: AnyTensor, name: string): NumericArray;
  close(farewell: Farewell): void;
  /** @throws DeviceError once closed. */
  checkOpen(name: string): void;
}

function formatFarewell({ what, site }: Farewell): string {
  const where = formatSite(site);
  return where === undefined ? what : `${what} at ${where}`;
}

export function referenceHeap(): ReferenceHeap {
  let bytes = 0;
  let closed: Farewell | undefined;
  const scopes: Holding[][] = [];
  const collected = new FinalizationRegistry<number>((size) => {
    bytes -= size;
  });

  const heap: ReferenceHeap = {
    bytes: () => (closed === undefined ? bytes : 0),
    hold(type, taken) {
      const size = deviceBytes(type.dtype, sizeOf(type.shape));
      let values: NumericArray | undefined = taken;
      let farewell: Farewell | undefined;
      const storage: Holding = {
        device: heap,
        get gone() {
          const why = farewell ?? closed;
          return why === undefined ? undefined : formatFarewell(why);
        },
        get values() {
          return values!;
        },
        read: async () => values!.slice(),
        release(why) {
          if (farewell !== undefined) return;
          farewell = why;
          values = undefined;
          bytes -= size;
          collected.unregister(storage);
        },
      };
      bytes += size;
      collected.register(storage, size, storage);
      scopes.at(-1)?.push(storage);
      return leaf(type, { kind: "device", storage });
    },
    find(tensor, name) {
      const { source, site } = tensor.node;
      if (source?.kind === "host") return undefined;
      if (source?.kind !== "device") {
        throw new TraceError(
          `${name}: ${formatType(tensor)} is a program, not a value`,
          ["use device.evaluate(tree) first"],
          site,
        );
      }
      const { storage } = source;
      if (storage.device !== heap) {
        throw new DeviceError(`${name}: ${formatType(tensor)} lives on another device`, [
          "read it there and put it here: device.put(tensor(await x.data(), { shape: x.shape }))",
        ]);
      }
      if (storage.gone !== undefined) {
        throw new DeviceError(`${name}: the memory of ${formatType(tensor)} was given away`, [storage.gone]);
      }
      return storage as Holding;
    },
    valuesOf(tensor, name) {
      const storage = heap.find(tensor, name);
      if (storage !== undefined) return storage.values;
      const values = allocate(tensor.dtype, sizeOf(tensor.shape));
      if (tensor.node.source?.kind === "host") values.set(tensor.node.source.data);
      return values;
    },
    openScope() {
      scopes.push([]);
    },
    closeScope(kept, site) {
      const around = scopes.at(-2);
      for (const storage of scopes.pop() ?? []) {
        if (kept.has(storage)) around?.push(storage);
        else storage.release({ what: "freed at the end of its scope", site });
      }
    },
    close(farewell) {
      closed ??= farewell;
    },
    checkOpen(name) {
      if (closed !== undefined) throw new DeviceError(`${name}: the device is closed`, [formatFarewell(closed)]);
    },
  };
  return heap;
}
