import type { NumericArray } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import type { Node } from "../tensor/tensor.ts";
import type { MaybeMotion } from "./motion.ts";

/** A node whose value comes from its record's reference loop, and how its inputs move. */
export interface KernelCall {
  readonly node: Node;
  readonly op: Op;
  readonly values: readonly NumericArray[];
  readonly inputs: readonly MaybeMotion[];
  readonly ahead: boolean;
}
