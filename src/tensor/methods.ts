import type { TensorMethods } from "./method-signatures.ts";
import * as ops from "./ops/index.ts";
import { printTensor } from "./print.ts";
import type { AnyTensor } from "./tensor.ts";
import { tensorPrototype } from "./tensor.ts";

/*
 * Attaches the methods that `Tensor` declares. The library's only side effect, imported by the public door alone.
 */

const methods: Readonly<Record<keyof TensorMethods, (x: never, ...rest: never[]) => unknown>> = {
  abs: ops.abs,
  add: ops.add,
  argmax: ops.argmax,
  argmin: ops.argmin,
  broadcastTo: ops.broadcastTo,
  cast: ops.cast,
  cos: ops.cos,
  div: ops.div,
  equal: ops.equal,
  erf: ops.erf,
  exp: ops.exp,
  expandDims: ops.expandDims,
  expm1: ops.expm1,
  floor: ops.floor,
  floorDiv: ops.floorDiv,
  greater: ops.greater,
  greaterEqual: ops.greaterEqual,
  less: ops.less,
  lessEqual: ops.lessEqual,
  log: ops.log,
  log1p: ops.log1p,
  logMeanExp: ops.logMeanExp,
  logSoftmax: ops.logSoftmax,
  logSumExp: ops.logSumExp,
  matmul: ops.matmul,
  max: ops.max,
  maximum: ops.maximum,
  mean: ops.mean,
  min: ops.min,
  minimum: ops.minimum,
  mod: ops.mod,
  mul: ops.mul,
  neg: ops.neg,
  notEqual: ops.notEqual,
  pow: ops.pow,
  prod: ops.prod,
  relu: ops.relu,
  reshape: ops.reshape,
  round: ops.round,
  rsqrt: ops.rsqrt,
  sigmoid: ops.sigmoid,
  sign: ops.sign,
  sin: ops.sin,
  slice: ops.slice,
  softmax: ops.softmax,
  softplus: ops.softplus,
  sqrt: ops.sqrt,
  square: ops.square,
  squeeze: ops.squeeze,
  sub: ops.sub,
  sum: ops.sum,
  tanh: ops.tanh,
  transpose: ops.transpose,
  variance: ops.variance,
};

for (const [name, op] of Object.entries(methods)) {
  Object.defineProperty(tensorPrototype, name, {
    value(this: AnyTensor, ...rest: unknown[]): unknown {
      return (op as (...args: unknown[]) => unknown)(this, ...rest);
    },
  });
}

Object.defineProperty(tensorPrototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: AnyTensor): string {
    return printTensor(this);
  },
});
