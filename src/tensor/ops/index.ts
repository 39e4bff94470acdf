export { clip, gelu, leakyRelu, logSigmoid, relu } from "./activations.ts";
export { avgPool2d, globalAvgPool2d } from "./avg-pool.ts";
export { batchNorm } from "./batch-norm.ts";
export { broadcastTo, sum } from "./broadcast.ts";
export { cast } from "./cast.ts";
export { concat, stack } from "./concat.ts";
export { convTranspose2d } from "./conv-transpose.ts";
export { conv2d } from "./conv2d.ts";
export { arange, eye, full, oneHot, ones, zeros } from "./creation.ts";
export { softmaxCrossEntropy } from "./cross-entropy.ts";
export { cumsum } from "./cumsum.ts";
export { diagonal } from "./diagonal.ts";
export { dot } from "./dot.ts";
export { einsum } from "./einsum.ts";
export {
  abs,
  add,
  bitAnd,
  bitOr,
  bitXor,
  cos,
  div,
  equal,
  erf,
  erfInv,
  exp,
  expm1,
  floor,
  floorDiv,
  greater,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  round,
  rsqrt,
  shiftLeft,
  shiftRight,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from "./elementwise.ts";
export { argmax, argmin, max, min } from "./extremum.ts";
export { gather, scatterAdd, take } from "./gather.ts";
export { gridSample } from "./grid-sample.ts";
export { logMeanExp, logSumExp } from "./log-sum-exp.ts";
export { all, any } from "./logical-reduce.ts";
export { matmul } from "./matmul.ts";
export { maxPool2d } from "./max-pool.ts";
export { mean, variance } from "./mean.ts";
export { moments } from "./moments.ts";
export { pad } from "./pad.ts";
export { prod } from "./prod.ts";
export { expandDims, reshape, squeeze } from "./reshape.ts";
export { resizeBilinear } from "./resize.ts";
export { roll } from "./roll.ts";
export { where } from "./select.ts";
export { flip, slice } from "./slice.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export { argsort, sort, topK } from "./sort.ts";
export { takeAlongAxis } from "./take-along-axis.ts";
export { tile } from "./tile.ts";
export { transpose } from "./transpose.ts";
