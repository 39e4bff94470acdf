import type { TensorMethods } from "./method-signatures.ts";
import * as elementwise from "./ops/elementwise.ts";
import * as ops from "./ops/index.ts";
import { printTensor } from "./print.ts";
import type { AnyTensor } from "./tensor.ts";
import { tensorPrototype } from "./tensor.ts";

/*
 * Attaches the methods that `Tensor` declares. The library's only side effect, imported by the main entry point alone.
 */

const methods: Readonly<Record<keyof TensorMethods, (x: never, ...rest: never[]) => unknown>> = {
  ...elementwise,
  argmax: ops.argmax,
  argmin: ops.argmin,
  broadcastTo: ops.broadcastTo,
  cast: ops.cast,
  expandDims: ops.expandDims,
  logMeanExp: ops.logMeanExp,
  logSoftmax: ops.logSoftmax,
  logSumExp: ops.logSumExp,
  matmul: ops.matmul,
  max: ops.max,
  mean: ops.mean,
  min: ops.min,
  prod: ops.prod,
  relu: ops.relu,
  reshape: ops.reshape,
  slice: ops.slice,
  softmax: ops.softmax,
  squeeze: ops.squeeze,
  sum: ops.sum,
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
