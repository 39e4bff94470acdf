import type { Family } from "../family.ts";
import { matmul } from "./matmul.ts";

/** Lowerings by the family that an op's record names. */
export const families: Readonly<Record<string, Family>> = {
  matmul,
};
