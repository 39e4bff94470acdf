import { ConfigError, DTypeError, ShapeError } from "../errors.ts";
import type { Op, ReferenceCall } from "../op.ts";
import { defineOp } from "../op.ts";
import { sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { TensorType } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { threefryBlock } from "../threefry.ts";

/** What happens to each image of a batch, in this order. */
export interface Augmentation {
  /** Zero padding in pixels on every side before a random crop back to the size; 0 = none. */
  readonly crop: number;
  /** Mirror left to right with probability ½. */
  readonly flip: boolean;
  /** Length L of one hole: rows and columns c − ⌊L/2⌋ … c + ⌊L/2⌋ − 1 round a random centre c become 0; 0 = none. */
  readonly cutout: number;
}

/**
 * The batch pipeline in one op: gathers, crops, flips, cuts out, scales to [0, 1].
 *
 * Random choices of batch row i, from integers only (`%` on u32), so that every evaluator draws the same:
 * `(a, b) = threefry(key, (i, 0))`, `(c, d) = threefry(key, (i, 1))`;
 * `top = a % (2·crop + 1)`, `left = b % (2·crop + 1)`, `mirrored = flip ∧ c ≥ 2³¹`,
 * `holeY = (d & 0xffff) % h`, `holeX = (d >> 16) % w`.
 *
 * `y[i, r, s, ch] = 0` inside the hole (`holeY − ⌊L/2⌋ ≤ r < holeY + ⌊L/2⌋`, the same for s), else
 * `images[indices[i], r + top − crop, (mirrored ? w − 1 − s : s) + left − crop, ch] / 255`, and 0 where that lies outside
 * the image or `indices[i]` outside 0 … N − 1.
 */
export const augmentBatchOp: Op<Augmentation> = defineOp<Augmentation>({
  name: "augmentBatch",
  infer: (inputs, params) => [inferBatch(inputs, params)],
  kernel: { family: "augmentBatch" },
  flops: (_, [y]) => sizeOf(y!.shape), // to [0, 1]
  reference: augmentReference,
  vjp: null,
  samples: () =>
    [
      { shape: [5, 6, 7, 3], batch: 4, params: { crop: 2, flip: true, cutout: 3 } },
      { shape: [3, 4, 4, 1], batch: 3, params: { crop: 0, flip: false, cutout: 0 } },
      { shape: [2, 8, 8, 4], batch: 70, params: { crop: 4, flip: true, cutout: 0 } },
    ].map(({ shape, batch, params }) => ({
      inputs: [
        { shape, dtype: "u8", domain: { kind: "integer", below: 256 } },
        { shape: [batch], dtype: "i32", domain: { kind: "integer", below: shape[0]! } },
        { shape: [2], dtype: "u32", domain: { kind: "integer", below: 2 ** 31 } },
      ],
      params,
    })),
});

function inferBatch([images, indices, key]: readonly TensorType[], params: Augmentation): TensorType {
  for (const [what, given, dtype, rank] of [
    ["images", images!, "u8", 4],
    ["indices", indices!, "i32", 1],
    ["key", key!, "u32", 1],
  ] as const) {
    if (given.dtype !== dtype) {
      throw new DTypeError(`augmentBatch: ${what} are ${formatType(given)}`, [`expects ${dtype}`], captureSite());
    }
    if (given.shape.length !== rank || (what === "key" && given.shape[0] !== 2)) {
      throw new ShapeError(
        `augmentBatch: ${what} are ${formatType(given)}`,
        ["expects images u8[N,h,w,c], indices i32[b], key u32[2]"],
        captureSite(),
      );
    }
  }
  for (const name of ["crop", "cutout"] as const) {
    if (!Number.isInteger(params[name]) || params[name] < 0) {
      throw new ConfigError(`augmentBatch: ${name} is ${params[name]}`, ["expects pixels, an integer from 0"]);
    }
  }
  return { shape: [indices!.shape[0]!, ...images!.shape.slice(1)], dtype: "f32" };
}

function augmentReference(call: ReferenceCall<Augmentation>): void {
  const [images, indices, key] = call.inputs;
  const [y] = call.outputs;
  const { crop, flip, cutout } = call.params;
  const [count, h, w, channels] = call.inputTypes[0]!.shape as [number, number, number, number];
  const words: [number, number] = [key![0]!, key![1]!];
  const half = Math.floor(cutout / 2);
  const inHole = (at: number, centre: number): boolean => at >= centre - half && at < centre + half;
  for (let i = 0; i < indices!.length; i++) {
    const sample = indices![i]!;
    if (sample < 0 || sample >= count) continue;
    const [a, b] = threefryBlock(words, [i, 0]);
    const [c, d] = threefryBlock(words, [i, 1]);
    const top = (a % (2 * crop + 1)) - crop;
    const left = (b % (2 * crop + 1)) - crop;
    const mirrored = flip && c >= 2 ** 31;
    const holeY = (d & 0xffff) % h;
    const holeX = (d >>> 16) % w;
    for (let r = 0; r < h; r++) {
      const row = r + top;
      if (row < 0 || row >= h) continue;
      for (let s = 0; s < w; s++) {
        const column = (mirrored ? w - 1 - s : s) + left;
        if (column < 0 || column >= w || (inHole(r, holeY) && inHole(s, holeX))) continue;
        const from = ((sample * h + row) * w + column) * channels;
        const to = ((i * h + r) * w + s) * channels;
        for (let ch = 0; ch < channels; ch++) y![to + ch] = images![from + ch]! / 255;
      }
    }
  }
}
