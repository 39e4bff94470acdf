import type { Batch } from "../nn/network.ts";
import type { Device } from "../tensor/device.ts";
import { gather } from "../tensor/ops/gather.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { tensor } from "../tensor/tensor.ts";
import type { DeviceData } from "./device-data.ts";
import { dataOfBatch, imagesOf, isStreamed } from "./device-data.ts";

/** What a pure function says of a batch of n images as they are: f32 tensors `(n, …)` by name. */
export type Look<T, K extends string> = (state: T, batch: Batch) => Readonly<Record<K, AnyTensor>>;

/** By name, one row per image, row-major. */
export type Observed<K extends string> = Readonly<Record<K, Float32Array>>;

/** Which images of a set are looked at, and who wants to know what that takes. */
interface Looking {
  /** Indices of the images. @defaultValue all of them */
  readonly samples?: Int32Array | undefined;
  /** Told the floating-point operations of each call. */
  readonly count?: ((flops: number) => void) | undefined;
}

/** Looks at images of a set. */
export type Observer<T, K extends string> = (state: T, data: DeviceData, looking?: Looking) => Promise<Observed<K>>;

/** Images per call. */
export const usualBatch = 100;

/**
 * Compiles a look once for all its batches. Every batch has the same size; the last is filled up and cut.
 *
 * @param batch - images per call.
 */
export function createObserver<T, K extends string>(
  device: Device,
  look: Look<T, K>,
  batch: number = usualBatch,
): Observer<T, K> {
  const program = device.compile(lookingAt(look));
  return async (state, data, { samples, count: tell } = {}) => {
    const count = samples?.length ?? data.labels.shape[0]!;
    const size = Math.min(batch, count);
    const outputs: Readonly<Record<K, AnyTensor>>[] = [];
    for (let start = 0; start < count; start += size) {
      const places = Int32Array.from({ length: size }, (_, i) => Math.min(start + i, count - 1));
      const indices = samples === undefined ? places : places.map((place) => samples[place]!);
      outputs.push(await program(state, dataOfBatch(data, indices), tensor(indices), isStreamed(data)));
      tell?.(program.flops());
    }
    const rows = {} as Record<K, Float32Array>;
    for (const name of Object.keys(outputs[0] ?? {}) as K[]) {
      rows[name] = await joinRows(
        outputs.map((output) => output[name]),
        count,
      );
    }
    device.free(outputs);
    return rows;
  };
}

/** A look at the images of some indices. */
export function lookingAt<T, K extends string>(
  look: Look<T, K>,
): (state: T, data: DeviceData, indices: AnyTensor, streamed: boolean) => Readonly<Record<K, AnyTensor>> {
  return (state, data, indices, streamed) =>
    look(state, { images: imagesOf(data, indices, streamed), labels: gather(data.labels, indices) });
}

/** Joins the rows of equal batches and leaves off what filled up the last. */
async function joinRows(parts: readonly AnyTensor[], count: number): Promise<Float32Array> {
  const [size, ...inner] = parts[0]!.shape as [number, ...number[]];
  const row = inner.reduce((a, b) => a * b, 1);
  const joined = new Float32Array(parts.length * size * row);
  for (let i = 0; i < parts.length; i++) joined.set(await parts[i]!.data(), i * size * row);
  return joined.subarray(0, count * row);
}
