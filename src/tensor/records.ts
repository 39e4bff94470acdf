import type { AnyOp } from "./op.ts";
import { avgPool2dGradientOp, avgPool2dOp } from "./ops/avg-pool.ts";
import { batchNormGradientOp, batchNormOp } from "./ops/batch-norm.ts";
import { broadcastOp, sumOp } from "./ops/broadcast.ts";
import { castOp } from "./ops/cast.ts";
import { concatOp } from "./ops/concat.ts";
import { conv2dInputGradientOp, conv2dOp, conv2dWeightGradientOp } from "./ops/conv2d.ts";
import { softmaxCrossEntropyOp } from "./ops/cross-entropy.ts";
import { cumsumOp } from "./ops/cumsum.ts";
import { diagonalOp } from "./ops/diagonal.ts";
import { elementwiseOps } from "./ops/elementwise-records.ts";
import { argmaxOp, argminOp, maxOp, minOp } from "./ops/extremum.ts";
import { gatherOp, scatterAddOp } from "./ops/gather.ts";
import { barrierOp, identityOp, stopGradientOp } from "./ops/identity.ts";
import { logSumExpOp } from "./ops/log-sum-exp.ts";
import { allOp, anyOp } from "./ops/logical-reduce.ts";
import { matmulOp } from "./ops/matmul.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dOp } from "./ops/max-pool.ts";
import { momentsOp } from "./ops/moments.ts";
import { prodOp } from "./ops/prod.ts";
import { reshapeOp } from "./ops/reshape.ts";
import { rollOp } from "./ops/roll.ts";
import { selectOp } from "./ops/select.ts";
import { padOp, sliceOp } from "./ops/slice.ts";
import { logSoftmaxOp, softmaxOp } from "./ops/softmax.ts";
import { sortOp } from "./ops/sort.ts";
import { putAlongAxisOp, takeAlongAxisOp } from "./ops/take-along-axis.ts";
import { threefryOp } from "./ops/threefry.ts";
import { transposeOp } from "./ops/transpose.ts";

const list: readonly { readonly name: string }[] = [
  ...Object.values(elementwiseOps),
  selectOp,
  castOp,
  broadcastOp,
  sumOp,
  prodOp,
  maxOp,
  minOp,
  argmaxOp,
  argminOp,
  anyOp,
  allOp,
  logSumExpOp,
  softmaxOp,
  logSoftmaxOp,
  cumsumOp,
  reshapeOp,
  transposeOp,
  identityOp,
  stopGradientOp,
  barrierOp,
  sliceOp,
  padOp,
  concatOp,
  rollOp,
  diagonalOp,
  gatherOp,
  scatterAddOp,
  takeAlongAxisOp,
  putAlongAxisOp,
  sortOp,
  matmulOp,
  threefryOp,
  conv2dOp,
  conv2dInputGradientOp,
  conv2dWeightGradientOp,
  maxPool2dOp,
  maxPool2dGradientOp,
  maxPool2dGatherOp,
  avgPool2dOp,
  avgPool2dGradientOp,
  momentsOp,
  batchNormOp,
  batchNormGradientOp,
  softmaxCrossEntropyOp,
];

/** Every primitive of the language: what the laws loop over. */
export const records: readonly AnyOp[] = list as readonly AnyOp[];
