import { apply1 } from "../tensor/op.ts";
import type { Augmentation } from "../tensor/ops/augment-batch.ts";
import { augmentBatchOp } from "../tensor/ops/augment-batch.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

export type { Augmentation } from "../tensor/ops/augment-batch.ts";

/** No augmentation: gathers and scales. */
export const plainBatch: Augmentation = { crop: 0, flip: false, cutout: 0 };

/**
 * A batch from images that stay on the device: gather, random crop with zero padding, mirror, hole, then /255.
 *
 * @param images - `u8 (N, h, w, c)`.
 * @param indices - `i32 (b)`; an index outside 0 … N − 1 gives a black image.
 * @param key - `u32 (2)`; the same key gives the same batch, bit for bit, on every evaluator.
 * @returns `f32 (b, h, w, c)` in [0, 1]. No gradient.
 *
 * Deviation: `cutout: 3` makes a 2×2 hole, as the authors' `Cutout(1, 3)` does (its ⌊3/2⌋ = 1 reaches rows c − 1 and c only).
 * @example
 * ```ts
 * import { evaluateReference, random, tensor } from "deconfound";
 * import { augmentBatch, plainBatch } from "deconfound/data";
 *
 * const images = tensor(Uint8Array.of(0, 255), { shape: [2, 1, 1, 1] }); // two images of one pixel
 * const batch = augmentBatch(images, tensor(Int32Array.of(1, 0, 1)), random.key(0), plainBatch);
 * console.log(String(await evaluateReference(batch).data())); // 1,0,1
 * ```
 */
export function augmentBatch(
  images: AnyTensor,
  indices: AnyTensor,
  key: AnyTensor,
  augmentation: Augmentation,
): Tensor {
  const { crop, flip, cutout } = augmentation;
  return apply1(augmentBatchOp, [images, indices, key], { crop, flip, cutout }) as Tensor;
}
