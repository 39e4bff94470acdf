import type { Dataset } from "../../../data/dataset.ts";
import type { Device } from "../../../tensor/device.ts";
import { slice } from "../../../tensor/ops/slice.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import { dataOfBatch, imagesOf, isStreamed, putDataset } from "../../device-data.ts";
import type { TriggerNetworks } from "./trigger.ts";
import { withTrigger } from "./trigger.ts";

const batch = 50;

/**
 * The bytes of all images with a trigger, rounded.
 *
 * @param options.crossed - whether each gets the trigger of the image after it; the last one that of the first.
 * @param options.residentBytes - images of more bytes are uploaded batch by batch.
 */
export async function stampAll(
  device: Device,
  networks: TriggerNetworks,
  dataset: Dataset,
  { crossed, residentBytes }: { readonly crossed: boolean; readonly residentBytes: number | undefined },
): Promise<Uint8Array> {
  const data = putDataset(device, dataset, residentBytes);
  const streamed = isStreamed(data);
  const { count } = dataset;
  const size = Math.min(batch, count);
  const program = device.compile((by: TriggerNetworks, images: AnyTensor, indices: AnyTensor) => {
    const both = imagesOf({ images }, indices, streamed);
    return withTrigger(by, slice(both, { axis: 0, stop: size }), slice(both, { axis: 0, start: size }));
  });
  const stamped = new Uint8ClampedArray(dataset.images.length);
  for (let start = 0; start < count; start += size) {
    const places = Int32Array.from({ length: size }, (_, i) => Math.min(start + i, count - 1)); // the last batch is filled up
    const sources = places.map((place) => (crossed ? (place + 1) % count : place));
    const both = Int32Array.of(...places, ...sources);
    const out = await program(networks, dataOfBatch(data, both).images, tensor(both));
    const values = await out.data();
    device.free(out);
    const bytes = dataset.images.length / count;
    const kept = Math.min(size, count - start) * bytes;
    for (let at = 0; at < kept; at++) stamped[start * bytes + at] = Math.round(255 * values[at]!);
  }
  device.free(data);
  return Uint8Array.from(stamped);
}
