// The main entry point, `deconfound`: the language, gradients, random numbers and devices. Files inside `src` import each other, never this one.
import { endOfEntry } from "./tensor/site.ts";
import "./tensor/methods.ts";

export * from "./autodiff/index.ts";
export * from "./kernels/index.ts";
export type { BatchCall, BatchRule } from "./tensor/batch-rule.ts";
export type { Body } from "./tensor/body.ts";
export type {
  AdapterLimits,
  CompileOptions,
  Device,
  DeviceInfo,
  DeviceMemory,
  KernelProfile,
  MemoryReport,
  MemorySlot,
  Passed,
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
export * from "./tensor/linalg/index.ts";
export type { Loop } from "./tensor/loop.ts";
export type * from "./tensor/matrix-types.ts";
export type * from "./tensor/method-signatures.ts";
export type {
  AnyOp,
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
export type { Padding, Pair } from "./tensor/ops/conv-geometry.ts";
export type { ConvTransposeOptions } from "./tensor/ops/conv-transpose.ts";
export type { ConvOptions } from "./tensor/ops/conv2d.ts";
export type { ElementwiseName } from "./tensor/ops/elementwise-records.ts";
export * from "./tensor/ops/index.ts";
export type { NormOptions } from "./tensor/ops/norm.ts";
export type { PoolOptions } from "./tensor/ops/pool-windows.ts";
export type * from "./tensor/ops/signatures.ts";
export type { SliceOptions } from "./tensor/ops/slice.ts";
export type { SortOptions } from "./tensor/ops/sort.ts";
export type { Nested } from "./tensor/read-values.ts";
export { evaluateReference } from "./tensor/reference.ts";
export { referenceDevice } from "./tensor/reference-device.ts";
export type * from "./tensor/reshape-types.ts";
export * as random from "./tensor/samplers.ts";
export type { Expr } from "./tensor/scalar/expression.ts";
export * as scalar from "./tensor/scalar/expression.ts";
export type { ScalarFn, ScalarTable } from "./tensor/scalar/table.ts";
export type { AxisOption, Shape } from "./tensor/shape.ts";
export type * from "./tensor/shape-types.ts";
export type { Site } from "./tensor/site.ts";
export type { AnyTensor, DTypeOfArray, Node, Storage, Tensor, TensorType } from "./tensor/tensor.ts";
export { isTensor, tensor } from "./tensor/tensor.ts";
export type { MapTree, Tree } from "./tensor/tree.ts";
export { flattenTree, mapTree, unflattenTree, zipTrees } from "./tensor/tree.ts";
export type { AxisRange, AxisRead, Piece, View } from "./tensor/view.ts";

endOfEntry();
