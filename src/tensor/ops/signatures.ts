import type { DType } from "../dtype.ts";
import type { Solve } from "../matrix-types.ts";
import type { Asked } from "../reshape-types.ts";
import type { AxisOption, Shape } from "../shape.ts";
import type { Broadcast, Check, Conv2d, Fitting, MatMul, Plain, Reduce, SameDType, Transpose } from "../shape-types.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";

/** A tensor, or a number that takes the dtype of the other operand. */
export type Operand = AnyTensor | number;

type ShapeOf<X> = [X] extends [number] ? [] : [X] extends [AnyTensor] ? X["shape"] : Shape;
type DTypeOf<X> = [X] extends [AnyTensor] ? X["dtype"] : DType;

/** The dtype of a result; two numbers make f32. */
type JoinedDType<A, B> = [A | B] extends [number]
  ? "f32"
  : SameDType<DTypeOf<A>, DTypeOf<B>> extends infer D extends DType
    ? D
    : DType;

/** `unknown` if `B` may stand beside `A`, else the mismatch of shapes or dtypes. */
export type Beside<A, B> = [B] extends [number]
  ? unknown
  : Check<Broadcast<ShapeOf<A>, ShapeOf<B>>> & Check<SameDType<DTypeOf<A>, DTypeOf<B>>>;

/** Two operands broadcast, with their common dtype. */
export type Joined<A, B> = Tensor<JoinedShape<A, B>, JoinedDType<A, B>>;
/** Two operands compared. */
export type Compared<A, B> = Tensor<JoinedShape<A, B>, "bool">;
type JoinedShape<A, B> = [B] extends [number] ? ShapeOf<A> : Fitting<Broadcast<ShapeOf<A>, ShapeOf<B>>>;

/** A tensor that may be f32: one of another static dtype is refused by the compiler. */
export type Float<S extends Shape, D extends DType> = Tensor<S, D> & ("f32" extends D ? unknown : never);
/** One f32 tensor to one of the same shape. */
export type Unary = <S extends Shape, D extends DType>(x: Float<S, D>) => Tensor<S>;
/** One f32 tensor to a bool one of the same shape. */
export type Test = <S extends Shape, D extends DType>(x: Float<S, D>) => Tensor<S, "bool">;
/** One tensor to another of the same shape and dtype. */
export type NumericUnary = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
/** Two operands of one dtype, broadcast against each other. */
export type Binary = <A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>) => Joined<A, B>;
/** Two operands of one dtype, broadcast; the result is bool. */
export type Comparison = <A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>) => Compared<A, B>;

export interface ReduceOptions {
  /** Axes to reduce, negative ones from the end. @defaultValue all axes */
  readonly axis?: AxisOption | undefined;
  /** Keep reduced axes with size 1. @defaultValue false */
  readonly keepDims?: boolean | undefined;
}

/** What is left of `X`; the dtype is `D`. */
export type Reduced<X extends AnyTensor, O, D extends DType = X["dtype"]> = Tensor<Fitting<Reduce<X["shape"], O>>, D>;
/** Reduces axes; the dtype stays. */
export type Reduction = <X extends AnyTensor, const O extends ReduceOptions = Record<never, never>>(
  x: X,
  options?: O & Check<Reduce<X["shape"], O>>,
) => Reduced<X, O>;
/** Reduces axes to positions along them. */
export type IndexReduction = <X extends AnyTensor, const O extends ReduceOptions = Record<never, never>>(
  x: X,
  options?: O & Check<Reduce<X["shape"], O>>,
) => Reduced<X, O, "i32">;

/** `X` under another shape. */
export type Shaped<X extends AnyTensor, S extends Shape> = Tensor<Plain<S>, X["dtype"]>;
export type Reshaped<X extends AnyTensor, S extends Shape> = Tensor<Asked<S>, X["dtype"]>;
/** Axes in another order; reversed without `axes`. */
export type Transposed<X extends AnyTensor, Axes> = Tensor<Transpose<X["shape"], Axes>, X["dtype"]>;
/** A matrix product. f32. */
export type Product<A extends AnyTensor, B extends AnyTensor> = Tensor<Fitting<MatMul<A["shape"], B["shape"]>>>;
/** `unknown` if A·X = B can be asked, else the mismatch. */
export type Solves<A extends AnyTensor, B extends AnyTensor> = Check<Solve<A["shape"], B["shape"]>>;
/** X of A·X = B. f32. */
export type Solution<A extends AnyTensor, B extends AnyTensor> = Tensor<Fitting<Solve<A["shape"], B["shape"]>>>;
/** One of two operands where the condition `C` holds. */
export type Selected<C extends AnyTensor, A, B> = Tensor<
  Fitting<Broadcast<C["shape"], Joined<A, B>["shape"]>>,
  Joined<A, B>["dtype"]
>;
/** `unknown` if the kernel's input channels are those of the images, or the convolution is grouped. */
export type Convolves<X extends AnyTensor, W extends AnyTensor, O> = Check<Convolution<X, W, O>>;
/** Images out of a convolution. */
export type Convolved<X extends AnyTensor, W extends AnyTensor, O> = Tensor<Fitting<Convolution<X, W, O>>>;
type Convolution<X extends AnyTensor, W extends AnyTensor, O> = Conv2d<
  X["shape"],
  W["shape"],
  "groups" extends keyof O ? true : false
>;
