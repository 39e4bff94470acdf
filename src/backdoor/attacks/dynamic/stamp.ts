import { augmentBatch, plainBatch } from "../../../data/augment.ts";
import type { Dataset } from "../../../data/dataset.ts";
import type { Device } from "../../../tensor/device.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import { putDataset } from "../../device-data.ts";
import type { TriggerNetworks } from "./trigger.ts";
import { withTrigger } from "./trigger.ts";

const batch = 50;

/**
 * The bytes of all images with a trigger, rounded.
 *
 * @param crossed - whether each gets the trigger of the image after it; the last one that of the first.
 */
export async function stampAll(
  device: Device,
  networks: TriggerNetworks,
  dataset: Dataset,
  crossed: boolean,
): Promise<Uint8Array> {
  const noKey = tensor(Uint32Array.of(0, 0)); // of batches without random choices
  const program = device.compile((by: TriggerNetworks, images: AnyTensor, indices: AnyTensor, sources: AnyTensor) =>
    withTrigger(by, augmentBatch(images, indices, noKey, plainBatch), augmentBatch(images, sources, noKey, plainBatch)),
  );
  const data = putDataset(device, dataset);
  const { count } = dataset;
  const size = Math.min(batch, count);
  const stamped = new Uint8ClampedArray(dataset.images.length);
  for (let start = 0; start < count; start += size) {
    const places = Int32Array.from({ length: size }, (_, i) => Math.min(start + i, count - 1)); // the last batch is filled up
    const sources = places.map((place) => (crossed ? (place + 1) % count : place));
    const out = await program(networks, data.images, tensor(places), tensor(sources));
    const values = await out.data();
    device.free(out);
    const bytes = dataset.images.length / count;
    const kept = Math.min(size, count - start) * bytes;
    for (let at = 0; at < kept; at++) stamped[start * bytes + at] = Math.round(255 * values[at]!);
  }
  device.free(data);
  return Uint8Array.from(stamped);
}
