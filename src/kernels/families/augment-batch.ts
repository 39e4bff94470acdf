import type { augmentBatchOp } from "../../tensor/ops/augment-batch.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { FamilyOf } from "./family.ts";
import { input, output, sizes4 } from "./family.ts";
import { fill } from "./fill.ts";

/** u8 images, indices and a key to an augmented f32 batch. */
export const augmentBatch: FamilyOf<typeof augmentBatchOp> = ({ inputs, outputs, params, adapter }) => {
  const { crop, flip, cutout } = params;
  const [count, h, w, c] = sizes4(inputs[0]!);
  const batch = inputs[1]!.shape[0]!;
  if (sizeOf(outputs[0]!.shape) === 0) return { scratch: [], dispatches: [] };
  if (count === 0) return fill(outputs[0]!, adapter);
  const stripes = adapter.adapterClass === "software" ? 1 : Math.max(1, Math.floor((h * w * c) / 1024));
  return {
    scratch: [],
    dispatches: [
      {
        file: "augment-batch",
        constants: {
          ...{ COUNT: count, H: h, W: w, C: c, BATCH: batch, STRIPES: stripes, FLIP: flip },
          ...{ CROP: { i32: crop }, HALF: { i32: Math.floor(cutout / 2) } },
        },
        reads: { images: input(0), indices: input(1), key: input(2) },
        writes: { y: output(0) },
        workgroups: foldWorkgroups(batch * stripes, adapter),
        flops: sizeOf(outputs[0]!.shape), // to [0, 1]
        elementsRead: { images: sizeOf(outputs[0]!.shape) },
      },
    ],
  };
};
