import type { DType } from "../dtype.ts";
import type { AxisOption, Shape } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";

/** A tensor, or a number that takes the dtype of the other operand. */
export type Operand = AnyTensor | number;

/** A tensor that may be f32: one of another static dtype is refused by the compiler. */
export type Float<S extends Shape, D extends DType> = Tensor<S, D> & ("f32" extends D ? unknown : never);
/** One f32 tensor to one of the same shape. */
export type Unary = <S extends Shape, D extends DType>(x: Float<S, D>) => Tensor<S, D>;
/** Any numeric dtype, kept. */
export type NumericUnary = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
/** Two operands of one dtype, broadcast against each other. */
export type Binary = (a: Operand, b: Operand) => AnyTensor;
/** Two operands of one dtype, broadcast; the result is bool. */
export type Comparison = (a: Operand, b: Operand) => AnyTensor;

export interface ReduceOptions {
  /** Axes to reduce, negative ones from the end. @defaultValue all axes */
  readonly axis?: AxisOption;
  /** Keep reduced axes with size 1. @defaultValue false */
  readonly keepDims?: boolean;
}
export type Reduction = (x: AnyTensor, options?: ReduceOptions) => AnyTensor;
