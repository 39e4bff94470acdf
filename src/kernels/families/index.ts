import type { Family } from "../family.ts";
import { conv2d, conv2dInputGradient } from "./conv2d.ts";
import { conv2dWeightGradient } from "./conv2d-weight.ts";
import { matmul } from "./matmul.ts";
import { moments } from "./moments.ts";

/** Lowerings by the family that an op's record names. */
export const families: Readonly<Record<string, Family>> = {
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  matmul,
  moments,
};
