import type { DType } from "./dtype.ts";
import type { Shape } from "./shape.ts";

/*
 * Shapes at compile time. A literal size is checked; `number`, a union of sizes, or an array of unknown length is dynamic and
 * degrades to `number` or `Shape`, never to `any`. Every check here has the same check at run time.
 */

declare const mismatch: unique symbol;

/** What the compiler shows where sizes do not fit: `Mismatch<"matmul: inner sizes differ", 3, 5>`. No value has this type. */
export interface Mismatch<Message extends string, A, B> {
  readonly [mismatch]: readonly [Message, A, B];
}

/** `unknown`, or the mismatch that makes an argument of type `T & Check<…>` an error. */
export type Check<R> = R extends Mismatch<string, unknown, unknown> ? R : unknown;

/** A result that may be a mismatch, as a shape. */
export type Fitting<R> = R extends Shape ? R : Shape;

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** A size that is known, else `number`. */
export type Known<N extends number> = IsUnion<N> extends true ? number : N;

/** A shape without `readonly`; `Shape` when its rank is not known. */
export type Plain<S extends Shape> = number extends S["length"]
  ? Shape
  : IsUnion<S["length"]> extends true
    ? Shape
    : { -readonly [K in keyof S]: Known<S[K]> };

/** Two sizes broadcast: a known size other than 1 beats an unknown one, since any other would be refused at run time. */
type BroadcastSize<X extends number, Y extends number> = [X] extends [Y]
  ? [Y] extends [X]
    ? Known<X>
    : WideSize<X, Y>
  : WideSize<X, Y>;

type WideSize<X extends number, Y extends number> =
  number extends Known<X>
    ? number extends Known<Y>
      ? number
      : Y extends 1
        ? number
        : Y
    : number extends Known<Y>
      ? X extends 1
        ? number
        : X
      : X extends 1
        ? Y
        : Y extends 1
          ? X
          : Mismatch<"sizes do not broadcast", X, Y>;

/** NumPy broadcasting of two shapes, from the last axis. */
export type Broadcast<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : BroadcastAxes<A, B, []>;

type BroadcastAxes<A extends Shape, B extends Shape, Done extends Shape> = A extends readonly [
  ...infer RestA extends Shape,
  infer X extends number,
]
  ? B extends readonly [...infer RestB extends Shape, infer Y extends number]
    ? BroadcastSize<X, Y> extends infer Size
      ? Size extends number
        ? BroadcastAxes<RestA, RestB, [Size, ...Done]>
        : Size
      : never
    : [...A, ...Done]
  : [...B, ...Done];

/** (…, m, k) × (…, k, n) → (…, m, n). */
export type MatMul<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : A extends readonly [...infer BatchA extends Shape, infer M extends number, infer K extends number]
    ? B extends readonly [...infer BatchB extends Shape, infer Inner extends number, infer N extends number]
      ? Agree<K, Inner> extends true
        ? Broadcast<BatchA, BatchB> extends infer Batch
          ? Batch extends Shape
            ? [...Batch, M, N]
            : Batch
          : never
        : Mismatch<"matmul: inner sizes differ", K, Inner>
      : Mismatch<"matmul: needs rank 2 or more", A, B>
    : Mismatch<"matmul: needs rank 2 or more", A, B>;

/** Whether two sizes are equal, or one of them is not known. */
export type Agree<X extends number, Y extends number> = number extends Known<X> | Known<Y>
  ? true
  : X extends Y
    ? true
    : false;

/** Every name of an axis of `S`: 0 … rank−1 and −rank … −1. */
type AxisNames<S extends Shape, Names = never, Right extends unknown[] = [0]> = S extends readonly [
  ...infer Rest extends Shape,
  number,
]
  ? AxisNames<Rest, Names | `${Rest["length"]}` | `-${Right["length"]}`, [...Right, 0]>
  : Names;

/** The axis at a possibly negative index. */
type SizeAt<S extends Shape, Axis extends number, Right extends unknown[] = [0]> = S extends readonly [
  ...infer Rest extends Shape,
  infer Size extends number,
]
  ? `${Axis}` extends `${Rest["length"]}` | `-${Right["length"]}`
    ? Size
    : SizeAt<Rest, Axis, [...Right, 0]>
  : number;

type WithoutAxes<
  S extends Shape,
  Names extends string,
  Keep,
  Done extends Shape = [],
  Right extends unknown[] = [0],
> = S extends readonly [...infer Rest extends Shape, infer Size extends number]
  ? Extract<`${Rest["length"]}` | `-${Right["length"]}`, Names> extends never
    ? WithoutAxes<Rest, Names, Keep, [Size, ...Done], [...Right, 0]>
    : WithoutAxes<Rest, Names, Keep, Keep extends true ? [1, ...Done] : Done, [...Right, 0]>
  : Done;

type ReduceNames<S extends Shape, Names extends string, Keep> = [Names] extends [AxisNames<S>]
  ? WithoutAxes<S, Names, Keep>
  : Mismatch<"no such axis", Exclude<Names, AxisNames<S>>, S>;

/** The value of `keepDims`; `unknown` where it is not literal. */
type Keeps<O> = O extends { readonly keepDims: infer K }
  ? boolean extends K
    ? unknown
    : K
  : "keepDims" extends keyof O
    ? unknown
    : false;

/** What a reduction with these options leaves of `S`. Without literal options the shape is dynamic. */
export type Reduce<S extends Shape, O> = number extends S["length"]
  ? Shape
  : unknown extends Keeps<O>
    ? Shape
    : O extends { readonly axis: infer Axis }
      ? ReduceAxis<S, Axis, Keeps<O>>
      : "axis" extends keyof O
        ? Shape
        : WithoutAxes<S, AxisNames<S>, Keeps<O>>;

type ReduceAxis<S extends Shape, Axis, Keep> = Axis extends number
  ? number extends Known<Axis>
    ? Shape
    : ReduceNames<S, `${Axis}`, Keep>
  : Axis extends readonly number[]
    ? number extends Axis["length"] | Axis[number]
      ? Shape
      : ReduceNames<S, `${Axis[number]}`, Keep>
    : Shape;

type Reversed<S extends Shape, Done extends Shape = []> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? Reversed<Rest, [First, ...Done]>
  : Done;

/** `unknown` if `Axes` may order the axes of `S`, else the mismatch. */
export type Orders<S extends Shape, Axes> = number extends S["length"]
  ? unknown
  : Axes extends readonly number[]
    ? number extends Axes["length"] | Axes[number]
      ? unknown
      : Axes["length"] extends S["length"]
        ? [`${Axes[number]}`] extends [AxisNames<S>]
          ? unknown
          : Mismatch<"no such axis", Exclude<`${Axes[number]}`, AxisNames<S>>, S>
        : Mismatch<"transpose: not one axis for each axis", Axes, S>
    : unknown;

/** Axes permuted; reversed when `Axes` is undefined. */
export type Transpose<S extends Shape, Axes> = number extends S["length"]
  ? Shape
  : Axes extends readonly number[]
    ? number extends Axes["length"] | Axes[number]
      ? Shape
      : { -readonly [K in keyof Axes]: SizeAt<S, Axes[K] & number> }
    : undefined extends Axes
      ? Reversed<S>
      : Shape;

/** Two dtypes that must be one; `DType` itself is not known. */
export type SameDType<X extends DType, Y extends DType> = DType extends X
  ? Y
  : DType extends Y
    ? X
    : [X] extends [Y]
      ? [Y] extends [X]
        ? X
        : Mismatch<"dtypes differ", X, Y>
      : Mismatch<"dtypes differ", X, Y>;

/** Spatial sizes of a convolution are left to run time; channels are checked. */
export type Conv2d<X extends Shape, W extends Shape, Grouped> = X extends readonly [
  infer Batch extends number,
  number,
  number,
  infer Channels extends number,
]
  ? W extends readonly [number, number, infer In extends number, infer Out extends number]
    ? Grouped extends true
      ? [Batch, number, number, Out]
      : Agree<Channels, In> extends true
        ? [Batch, number, number, Out]
        : Mismatch<"conv2d: channels differ", Channels, In>
    : [number, number, number, number]
  : [number, number, number, number];

/** The shape of nested arrays; sizes are known for literal arrays only. */
export type NestedShape<V> = V extends readonly unknown[]
  ? number extends V["length"]
    ? Shape
    : V["length"] extends 0
      ? [0]
      : NestedShape<V[0]> extends infer Inner extends Shape
        ? number extends Inner["length"]
          ? Shape
          : [V["length"], ...Inner]
        : Shape
  : [];
