import * as kind from "../kinds.ts";
import { apply1 } from "../op.ts";
import { parameters } from "../parameters.ts";
import { broadcastShapes } from "../shape.ts";
import type { AnyTensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import type { ElementwiseName } from "./elementwise-records.ts";
import { elementwiseOps } from "./elementwise-records.ts";
import { asTensors } from "./operand.ts";
import type { Binary, Comparison, NumericUnary, Operand, Test, Unary } from "./signatures.ts";

// The function of each scalar function in `scalar/table.ts`; nothing else is exported here.

/** A function of one tensor. */
function unary(name: ElementwiseName): (x: AnyTensor) => never {
  const op = elementwiseOps[name];
  const check = parameters(name, { x: kind.tensor });
  return function elementwise(x: AnyTensor): never {
    check(arguments);
    return apply1(op, [x], null) as never;
  };
}

/** A function of two operands, broadcast against each other. */
function binary(name: ElementwiseName): (a: Operand, b: Operand) => never {
  const op = elementwiseOps[name];
  const check = parameters(name, { a: kind.operand, b: kind.operand });
  return function elementwise(a: Operand, b: Operand): never {
    check(arguments);
    const tensors = asTensors([a, b]);
    const shape = broadcastShapes(name, ...tensors.map((t) => t.shape));
    return apply1(
      op,
      tensors.map((t) => broadcastTo(t, shape)),
      null,
    ) as never;
  };
}

/** a + b, broadcast. f32, i32, u32; integers wrap. */
export const add: Binary = binary("add");
/** a − b, broadcast. */
export const sub: Binary = binary("sub");
/** a · b, broadcast. */
export const mul: Binary = binary("mul");
/** a / b, broadcast. f32; for integers use {@link floorDiv}. */
export const div: Binary = binary("div");
/** −x. f32, i32. */
export const neg: NumericUnary = unary("neg");
/** aᵇ, broadcast. f32; a negative base has a value at integer exponents only. */
export const pow: Binary = binary("pow");
/** The larger one, broadcast. At a tie the gradient goes to `a`. */
export const maximum: Binary = binary("maximum");
/** The smaller one, broadcast. At a tie the gradient goes to `a`. */
export const minimum: Binary = binary("minimum");
/** eˣ. */
export const exp: Unary = unary("exp");
/** eˣ − 1, exact near 0. */
export const expm1: Unary = unary("expm1");
/** ln x, x > 0. */
export const log: Unary = unary("log");
/** ln(1 + x), x > −1, exact near 0. */
export const log1p: Unary = unary("log1p");
/** √x, x ≥ 0. The gradient is infinite at 0. */
export const sqrt: Unary = unary("sqrt");
/** 1/√x, x > 0. */
export const rsqrt: Unary = unary("rsqrt");
/** x². */
export const square: NumericUnary = unary("square");
/** |x|. Gradient 0 at 0. */
export const abs: NumericUnary = unary("abs");
/** −1, 0 or 1. Gradient 0. */
export const sign: NumericUnary = unary("sign");
/** Largest integer ≤ x. Gradient 0. */
export const floor: Unary = unary("floor");
/** Nearest integer, halves to even. Gradient 0. */
export const round: Unary = unary("round");
/** sin x, x in radians. WGSL gives 2⁻¹¹ absolute. */
export const sin: Unary = unary("sin");
/** cos x, x in radians. WGSL gives 2⁻¹¹ absolute. */
export const cos: Unary = unary("cos");
/** tanh x; finite for every finite x. */
export const tanh: Unary = unary("tanh");
/** 1/(1 + e⁻ˣ); finite for every finite x. */
export const sigmoid: Unary = unary("sigmoid");
/** ln(1 + eˣ), without overflow. */
export const softplus: Unary = unary("softplus");
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: Unary = unary("erf");
/** The inverse of {@link erf}, −1 < x < 1; ±∞ at ±1. */
export const erfInv: Unary = unary("erfInv");
/** a − b·⌊a/b⌋, broadcast: the sign of the divisor, as in NumPy. */
export const mod: Binary = binary("mod");
/** ⌊a/b⌋, broadcast. Gradient 0. */
export const floorDiv: Binary = binary("floorDiv");
/** a = b, broadcast, as bool. No gradient. */
export const equal: Comparison = binary("equal");
/** a ≠ b, broadcast, as bool. No gradient. */
export const notEqual: Comparison = binary("notEqual");
/** a < b, broadcast, as bool. No gradient. */
export const less: Comparison = binary("less");
/** a ≤ b, broadcast, as bool. No gradient. */
export const lessEqual: Comparison = binary("lessEqual");
/** a > b, broadcast, as bool. No gradient. */
export const greater: Comparison = binary("greater");
/** a ≥ b, broadcast, as bool. No gradient. */
export const greaterEqual: Comparison = binary("greaterEqual");
/** Neither infinite nor NaN, by the bits, as bool. No gradient. */
export const isFinite: Test = unary("isFinite");
/** a and b, bools, broadcast. No gradient. */
export const logicalAnd: Binary = binary("logicalAnd");
/** a or b, bools, broadcast. No gradient. */
export const logicalOr: Binary = binary("logicalOr");
/** not x, bool. No gradient. */
export const logicalNot: NumericUnary = unary("logicalNot");
/** Bitwise and of i32 or u32, broadcast. No gradient. */
export const bitAnd: Binary = binary("bitAnd");
/** Bitwise or of i32 or u32, broadcast. No gradient. */
export const bitOr: Binary = binary("bitOr");
/** Bitwise exclusive or of i32 or u32, broadcast. No gradient. */
export const bitXor: Binary = binary("bitXor");
/** a · 2ᵇ in the bits of i32 or u32, 0 ≤ b < 32, broadcast. No gradient. */
export const shiftLeft: Binary = binary("shiftLeft");
/** ⌊a / 2ᵇ⌋ in the bits of i32 or u32, 0 ≤ b < 32, broadcast. No gradient. */
export const shiftRight: Binary = binary("shiftRight");
