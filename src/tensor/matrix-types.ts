import type { Shape } from "./shape.ts";
import type { Agree, Broadcast, Mismatch, Plain } from "./shape-types.ts";

// Shapes of matrices on the last two axes, at compile time.

/** `S` if its last two axes make square matrices. */
export type Square<Name extends string, S extends Shape> = number extends S["length"]
  ? S
  : S extends readonly [...Shape, infer M extends number, infer N extends number]
    ? Agree<M, N> extends true
      ? S
      : Mismatch<`${Name}: not square`, M, N>
    : Mismatch<`${Name}: no matrix`, S, []>;

/** (…, n, m) → (…): a number per matrix. */
export type Batch<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer B extends Shape, number, number]
    ? Plain<B>
    : Shape;

/** (…, n, m) → (…, n): a vector per matrix. */
export type Vectors<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer B extends Shape, infer N extends number, number]
    ? Plain<[...B, N]>
    : Shape;

/** A·X = B: (…, n, n) and (…, n, k) → (…, n, k). */
export type Solve<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : A extends readonly [...infer BatchA extends Shape, number, infer N extends number]
    ? B extends readonly [...infer BatchB extends Shape, infer Rows extends number, infer K extends number]
      ? Agree<N, Rows> extends true
        ? Broadcast<BatchA, BatchB> extends infer Batch
          ? Batch extends Shape
            ? [...Batch, N, K]
            : Batch
          : never
        : Mismatch<"a and b differ in rows", N, Rows>
      : Mismatch<"needs rank 2 or more", A, B>
    : Mismatch<"needs rank 2 or more", A, B>;

/** (…, n, m) → (…, min(n, m)). */
export type Singular<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer B extends Shape, number, number]
    ? Plain<[...B, number]>
    : Shape;

/** (…, n, m) → (…, n, k), (…, k, m) or (…, m, k), k = min(n, m). */
export type Thin<S extends Shape, Side extends "left" | "right" | "turned"> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer B extends Shape, infer N extends number, infer M extends number]
    ? Plain<[...B, ...{ left: [N, number]; right: [number, M]; turned: [M, number] }[Side]]>
    : Shape;

/** (…, n, m) → (…, m, n). */
export type Turned<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [...infer B extends Shape, infer N extends number, infer M extends number]
    ? Plain<[...B, M, N]>
    : Shape;
