// The main entry point, `deconfound`: the language, gradients, random numbers and devices. Files inside `src` import each other, never this one.
import { endOfEntry } from "./tensor/site.ts";
import "./tensor/methods.ts";

export * from "./autodiff/index.ts";
export * from "./kernels/index.ts";
export type {
  AdapterLimits,
  CompileOptions,
  Device,
  DeviceInfo,
  DeviceMemory,
  KernelProfile,
  MemoryReport,
  MemorySlot,
  ProfileReport,
  Program,
  Scope,
  SlotValue,
} from "./tensor/device.ts";
export type { DType, NumericArray, Precision } from "./tensor/dtype.ts";
export {
  ConfigError,
  DataError,
  DeconfoundError,
  DeviceError,
  DTypeError,
  GradientError,
  KernelError,
  ShapeError,
  TraceError,
} from "./tensor/errors.ts";
export type {
  Cotangents,
  Domain,
  KernelRule,
  Op,
  ReferenceCall,
  Sample,
  Tolerance,
  VjpCall,
} from "./tensor/op.ts";
export { apply, apply1, defineOp } from "./tensor/op.ts";
export * from "./tensor/ops/index.ts";
export type { Operand, ReduceOptions } from "./tensor/ops/signatures.ts";
export * as random from "./tensor/random.ts";
export { evaluateReference } from "./tensor/reference.ts";
export { referenceDevice } from "./tensor/reference-device.ts";
export type { Expr } from "./tensor/scalar/expression.ts";
export * as scalar from "./tensor/scalar/expression.ts";
export type { ScalarFn } from "./tensor/scalar/table.ts";
export type { Shape } from "./tensor/shape.ts";
export type { AnyTensor, Tensor, TensorType } from "./tensor/tensor.ts";
export { isTensor, tensor } from "./tensor/tensor.ts";
export type { MapTree, Tree } from "./tensor/tree.ts";
export { flattenTree, mapTree, unflattenTree, zipTrees } from "./tensor/tree.ts";
export type { AxisRange, AxisRead, Piece, View } from "./tensor/view.ts";

endOfEntry();
