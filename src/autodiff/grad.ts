import { GradientError } from "../tensor/errors.ts";
import { broadcastTo } from "../tensor/ops/broadcast.ts";
import { scalar } from "../tensor/ops/operand.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, leaf } from "../tensor/tensor.ts";
import { flattenTree, mapTree, unflattenTree } from "../tensor/tree.ts";
import { pullback } from "./pullback.ts";

/** Zeros of a tensor's type. */
export function zerosLike(x: AnyTensor): AnyTensor {
  return broadcastTo(scalar(0, x.dtype), x.shape);
}
// replaced by the autodiff author: see docs/design.md for the signatures
