import type { Shape } from "./shape.ts";
import type { Agree, Known, Mismatch } from "./shape-types.ts";

/*
 * Numbers of elements at compile time: sizes that both shapes have cancel, small rests are multiplied by building tuples.
 */

type Cancel<A extends Shape, B extends Shape, RestA extends Shape = []> = A extends readonly [
  infer First extends number,
  ...infer More extends Shape,
]
  ? First extends 1
    ? Cancel<More, B, RestA>
    : Without<B, First> extends infer Less extends Shape
      ? Cancel<More, Less, RestA>
      : Cancel<More, B, [...RestA, First]>
  : [RestA, WithoutOnes<B>];

type Without<S extends Shape, N extends number, Before extends Shape = []> = S extends readonly [
  infer First extends number,
  ...infer More extends Shape,
]
  ? First extends N
    ? [...Before, ...More]
    : Without<More, N, [...Before, First]>
  : null;

type WithoutOnes<S extends Shape> = S extends readonly [infer First extends number, ...infer More extends Shape]
  ? First extends 1
    ? WithoutOnes<More>
    : [First, ...WithoutOnes<More>]
  : [];

type Ones<N extends number> = Copies<0, N>;

type Copies<T, N extends number, Done extends T[] = []> = Done["length"] extends N ? Done : Copies<T, N, [...Done, T]>;

/** `N` values of type `T`; an array of unknown length unless `N` is a small literal. */
export type Repeat<T, N extends number> = number extends Known<N> ? T[] : `${N}` extends Small ? Copies<T, N> : T[];

type Times<
  A extends number,
  B extends number,
  Count extends unknown[] = [],
  Done extends unknown[] = [],
> = Count["length"] extends B ? Done["length"] & number : Times<A, B, [...Count, 0], [...Done, ...Ones<A>]>;

type Small = `${number}` & (`${Digit}` | `${Digit}${Digit}`);
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** The product where it is cheap, else `number`. */
type Product<S extends Shape> = S extends readonly []
  ? 1
  : S extends readonly [infer A extends number]
    ? A
    : S extends readonly [infer A extends number, infer B extends number]
      ? `${A}` | `${B}` extends Small
        ? Times<A, B>
        : number
      : number;

type SameSize<A extends Shape, B extends Shape> =
  Cancel<A, B> extends [infer X extends Shape, infer Y extends Shape] ? Agree<Product<X>, Product<Y>> : true;

type HasUnknown<S extends Shape> = number extends S["length"] | { [K in keyof S]: Known<S[K]> }[number] ? true : false;

/** `unknown` if the elements of `S` may fill `To`, else the mismatch. */
export type Fills<S extends Shape, To extends Shape> = true extends HasUnknown<S> | HasUnknown<To>
  ? unknown
  : -1 extends To[number]
    ? unknown
    : SameSize<S, To> extends true
      ? unknown
      : Mismatch<"reshape: different numbers of elements", S, To>;

/** A shape asked of reshape: −1 and an unknown size are `number`. */
export type Asked<To extends Shape> = number extends To["length"]
  ? Shape
  : { -readonly [K in keyof To]: To[K] extends -1 ? number : Known<To[K]> };
