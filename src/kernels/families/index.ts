import { augmentBatch } from "./augment-batch.ts";
import { conv2d, conv2dInputGradient } from "./conv2d.ts";
import { conv2dWeightGradient } from "./conv2d-weight.ts";
import { cumsum } from "./cumsum.ts";
import type { Family, FamilyCall, Lowering } from "./family.ts";
import { gather, putAlongAxis, scatterAdd, takeAlongAxis } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { moments } from "./moments.ts";
import { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGather, maxPool2dGradient } from "./pool.ts";
import { sort } from "./sort.ts";
import { threefry } from "./threefry.ts";

/**
 * Families that store each element of their outputs once, as its final f32 value, and the same element of several outputs one after
 * another: work on these values can be fused into the store.
 */
const withEpilogue = { conv2d, conv2dInputGradient, conv2dWeightGradient, matmul, moments };

/** Lowerings by the family that an op's record names. A family's params are its record's: only {@link lower} does not know them. */
const families: Readonly<Record<string, Family<never>>> = {
  ...withEpilogue,
  augmentBatch,
  avgPool2d,
  avgPool2dGradient,
  cumsum,
  gather,
  maxPool2d,
  maxPool2dGather,
  maxPool2dGradient,
  putAlongAxis,
  scatterAdd,
  sort,
  takeAlongAxis,
  threefry,
};

/** The dispatches of one node of a family. */
export function lower(family: string, call: FamilyCall<unknown>): Lowering {
  return families[family]!(call as FamilyCall<never>);
}

export const isFamily = (name: string): boolean => Object.hasOwn(families, name);

/** True where the family's kernels can go on computing with a result before they store it. */
export const takesEpilogue = (family: string): boolean => Object.hasOwn(withEpilogue, family);
