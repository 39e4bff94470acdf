import type { DType } from "./dtype.ts";
import type { ElementwiseName } from "./ops/elementwise-records.ts";
import type {
  Beside,
  Compared,
  Float,
  Joined,
  Operand,
  Product,
  Reduced,
  ReduceOptions,
  Reshaped,
  Shaped,
  Transposed,
} from "./ops/signatures.ts";
import type { SliceOptions } from "./ops/slice.ts";
import type { Fills } from "./reshape-types.ts";
import type { ScalarTable } from "./scalar/table.ts";
import type { Shape } from "./shape.ts";
import type { Check, MatMul, Orders, Reduce } from "./shape-types.ts";
import type { AnyTensor, Tensor } from "./tensor.ts";

/*
 * The arithmetic and shape functions as methods of a tensor. Each takes its tensor as `this`, so no method mentions the shape of
 * the interface that it is declared on: `Tensor` stays covariant, and one declaration serves all shapes.
 */

export type UnaryMethod = <S extends Shape, D extends DType>(this: Float<S, D>) => Tensor<S>;
export type NumericUnaryMethod = <S extends Shape, D extends DType>(this: Tensor<S, D>) => Tensor<S, D>;
export type TestMethod = <S extends Shape, D extends DType>(this: Float<S, D>) => Tensor<S, "bool">;
export type BinaryMethod = <A extends AnyTensor, B extends Operand>(this: A, b: B & Beside<A, B>) => Joined<A, B>;
export type ComparisonMethod = <A extends AnyTensor, B extends Operand>(this: A, b: B & Beside<A, B>) => Compared<A, B>;
export type ReductionMethod = <X extends AnyTensor, const O extends ReduceOptions = Record<never, never>>(
  this: X,
  options?: O & Check<Reduce<X["shape"], O>>,
) => Reduced<X, O>;
export type IndexReductionMethod = <X extends AnyTensor, const O extends ReduceOptions = Record<never, never>>(
  this: X,
  options?: O & Check<Reduce<X["shape"], O>>,
) => Reduced<X, O, "i32">;
export type AxisMethod = <S extends Shape, D extends DType>(
  this: Float<S, D>,
  options?: { readonly axis?: number | undefined },
) => Tensor<S>;

export type MethodOf = {
  readonly unary: UnaryMethod;
  readonly same: NumericUnaryMethod;
  readonly test: TestMethod;
  readonly binary: BinaryMethod;
  readonly comparison: ComparisonMethod;
};

/** Every elementwise function but `polygamma`, whose order is an option: its form is in its row of the table. */
export type ElementwiseMethods = {
  readonly [Name in Exclude<ElementwiseName, "polygamma">]: MethodOf[Exclude<ScalarTable[Name]["form"], "select">];
};

/** See the function of the same name: `x.add(y)` is `add(x, y)`. */
export interface TensorMethods extends ElementwiseMethods {
  readonly relu: UnaryMethod;
  readonly sum: ReductionMethod;
  readonly mean: ReductionMethod;
  readonly variance: ReductionMethod;
  readonly max: ReductionMethod;
  readonly min: ReductionMethod;
  readonly prod: ReductionMethod;
  readonly logSumExp: ReductionMethod;
  readonly logMeanExp: ReductionMethod;
  readonly argmax: IndexReductionMethod;
  readonly argmin: IndexReductionMethod;
  readonly softmax: AxisMethod;
  readonly logSoftmax: AxisMethod;

  readonly matmul: <A extends AnyTensor, B extends AnyTensor>(
    this: A,
    b: B & Check<MatMul<A["shape"], B["shape"]>>,
  ) => Product<A, B>;
  readonly reshape: <X extends AnyTensor, const S extends Shape>(
    this: X,
    shape: S & Fills<X["shape"], S>,
  ) => Reshaped<X, S>;
  readonly transpose: <X extends AnyTensor, const Axes extends readonly number[] | undefined = undefined>(
    this: X,
    options?: { readonly axes?: (Axes & Orders<X["shape"], Axes>) | undefined },
  ) => Transposed<X, Axes>;
  readonly broadcastTo: <X extends AnyTensor, const S extends Shape>(this: X, shape: S) => Shaped<X, S>;
  readonly squeeze: <X extends AnyTensor>(
    this: X,
    options?: { readonly axis?: number | readonly number[] | undefined },
  ) => Shaped<X, Shape>;
  readonly expandDims: <X extends AnyTensor>(this: X, options: { readonly axis: number }) => Shaped<X, Shape>;
  readonly slice: <X extends AnyTensor>(this: X, options: SliceOptions) => Shaped<X, Shape>;
  readonly cast: <S extends Shape, D extends DType>(this: Tensor<S, DType>, dtype: D) => Tensor<S, D>;
}
