import { augmentBatch } from "./augment-batch.ts";
import { conv2d, conv2dInputGradient } from "./conv2d.ts";
import { conv2dWeightGradient } from "./conv2d-weight.ts";
import { cumsum } from "./cumsum.ts";
import type { Family } from "./family.ts";
import { gather, putAlongAxis, scatterAdd, takeAlongAxis } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { moments } from "./moments.ts";
import { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGather, maxPool2dGradient } from "./pool.ts";
import { sort } from "./sort.ts";
import { threefry } from "./threefry.ts";

/** Lowerings by the family that an op's record names. */
export const families: Readonly<Record<string, Family>> = {
  augmentBatch,
  avgPool2d,
  avgPool2dGradient,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  cumsum,
  gather,
  matmul,
  maxPool2d,
  maxPool2dGather,
  maxPool2dGradient,
  moments,
  putAlongAxis,
  scatterAdd,
  sort,
  takeAlongAxis,
  threefry,
};

/**
 * Families that store each element of their outputs once, as its final f32 value, and the same element of several outputs one after
 * another: work on these values can be fused into the store.
 */
export const takeEpilogues: ReadonlySet<string> = new Set([
  "conv2d",
  "conv2dInputGradient",
  "conv2dWeightGradient",
  "matmul",
  "moments",
]);
