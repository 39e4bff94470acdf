import type { DType, NumericArray } from "../dtype.ts";
import type { Domain, Tolerance } from "../op.ts";
import type { Expr } from "./expression.ts";
import { constant } from "./expression.ts";

/**
 * What a scalar function takes and gives. `unary`: f32 to f32. `same`: one operand, its dtype kept. `test`: f32 to bool. `binary`: two
 * operands of one dtype, which is kept. `comparison`: two operands of one dtype to bool. `select`: a bool and two of one dtype.
 */
type Form = "unary" | "same" | "test" | "binary" | "comparison" | "select";

/** Fills the `n` elements of `o`; `dtype` is that of the last operand. Integers wrap by being stored into Int32Array and Uint32Array. */
type Loop = (n: number, o: NumericArray, a: NumericArray, b: NumericArray, c: NumericArray, dtype: DType) => void;

/** ∂y/∂operand for each operand, given the operands and y; null where it is zero almost everywhere. */
export type Derivative = (operands: readonly Expr[], y: Expr) => readonly (Expr | null)[];

/** Everything about one scalar function. Its name is the name of the constant that holds the row. */
export interface Row<F extends Form = Form> {
  readonly form: F;
  /** Dtypes of the operands; the samples of the laws have the first. */
  readonly dtypes: readonly DType[];
  /** Values of each operand that laws draw from. */
  readonly domains: readonly Domain[];
  /** WGSL text for f32 and vec4f; `$0`, `$1`… are the operands. A name that ends in `_` is a helper of `kernels/wgsl/scalar*.wgsl`. */
  readonly wgsl: string;
  /** The text for integers, where it is another. */
  readonly integerWgsl?: string;
  /**
   * How far WGSL lets the function be from its real value, for operands of a few units. Helpers inherit from what they are made of.
   * @see WGSL, "Accuracy of Concrete Floating Point Expressions"
   */
  readonly accuracy: Tolerance;
  /** The definition: a loop over whole arrays. */
  readonly loop: Loop;
  /** null: no gradient. */
  readonly derivative: Derivative | null;
}

export const float: readonly DType[] = ["f32"];
export const numeric: readonly DType[] = ["f32", "i32", "u32"];
export const signed: readonly DType[] = ["f32", "i32"];
export const integer: readonly DType[] = ["i32", "u32"];
export const comparable: readonly DType[] = ["f32", "i32", "u32", "bool"];
export const boolean: readonly DType[] = ["bool"];

export const between = (from: number, to: number): Domain => ({ kind: "interval", from, to });
export const wide: Domain = between(-3, 3);
export const positive: Domain = between(0.25, 4);
export const distinct: Domain = { kind: "distinct" };

const ulp = 2 ** -23; // WGSL leaves the rounding direction open, so a correctly rounded result may be a whole ulp off
export const exact: Tolerance = { relative: 0, absolute: 0 };
export const ulps = (count: number, absolute = 0): Tolerance => ({ relative: count * ulp, absolute });

/** The derivative of a step function. */
export const zero: Derivative = (operands) => operands.map(() => null);
export const one: Expr = constant(1);

export const isInteger = (dtype: DType): boolean => dtype === "i32" || dtype === "u32";
