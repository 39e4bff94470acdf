import type { AnyOp } from "../../tensor/op.ts";
import { broadcastOp, sumOp } from "../../tensor/ops/broadcast.ts";
import { concatOp } from "../../tensor/ops/concat.ts";
import { conv2dOp } from "../../tensor/ops/conv2d.ts";
import { cumsumOp } from "../../tensor/ops/cumsum.ts";
import { maxOp, minOp } from "../../tensor/ops/extremum.ts";
import { gatherOp } from "../../tensor/ops/gather.ts";
import { logSumExpOp } from "../../tensor/ops/log-sum-exp.ts";
import { matmulOp } from "../../tensor/ops/matmul.ts";
import { rollOp } from "../../tensor/ops/roll.ts";
import { sliceOp } from "../../tensor/ops/slice.ts";
import { logSoftmaxOp, softmaxOp } from "../../tensor/ops/softmax.ts";
import { sortOp } from "../../tensor/ops/sort.ts";
import { transposeOp } from "../../tensor/ops/transpose.ts";

/** What programs are made of besides elementwise functions, unless the caller says otherwise. */
export const structuralOps: readonly AnyOp[] = [
  sumOp,
  maxOp,
  minOp,
  matmulOp,
  conv2dOp,
  softmaxOp,
  logSoftmaxOp,
  logSumExpOp,
  cumsumOp,
  sortOp,
  gatherOp,
  transposeOp,
  broadcastOp,
  sliceOp,
  concatOp,
  rollOp,
] as readonly unknown[] as readonly AnyOp[];
