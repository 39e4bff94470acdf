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
/** a / b, broadcast. f32; for integers use {@link floorDiv}. x/0 is ±∞, 0/0 NaN. */
export const div: Binary = binary("div");
/** −x. f32, i32. */
export const neg: NumericUnary = unary("neg");
/**
 * aᵇ, broadcast. f32; a negative base has a value at integer exponents only, NaN at others. As ECMAScript has it: x⁰ = 1 for every x, NaN
 * too; 0⁻¹ = ∞; 1 to NaN and ±1 to ±∞ are NaN. A GPU computes exp2(b·log2 a): the relative error grows with |b·log2 a|, by about
 * 2⁻²¹ each.
 *
 * The gradient by `a` is b·aᵇ⁻¹, 0 where b = 0. That by `b` is aᵇ·ln |a|, 0 where a = 0 and b ≥ 0.
 */
export const pow: Binary = binary("pow");
/** The larger one, broadcast; NaN if either is. At a tie the gradient goes to `a`. */
export const maximum: Binary = binary("maximum");
/** The smaller one, broadcast; NaN if either is. At a tie the gradient goes to `a`. */
export const minimum: Binary = binary("minimum");
/** eˣ. */
export const exp: Unary = unary("exp");
/** eˣ − 1, exact near 0. */
export const expm1: Unary = unary("expm1");
/** ln x; −∞ at 0, NaN below. */
export const log: Unary = unary("log");
/** ln(1 + x), exact near 0; −∞ at −1, NaN below. */
export const log1p: Unary = unary("log1p");
/** √x, x ≥ 0, else NaN. The gradient is infinite at 0. */
export const sqrt: Unary = unary("sqrt");
/** 1/√x; ∞ at 0, NaN below. */
export const rsqrt: Unary = unary("rsqrt");
/** x². */
export const square: NumericUnary = unary("square");
/** |x|. Gradient 0 at 0. */
export const abs: NumericUnary = unary("abs");
/** −1, 0 or 1; NaN of NaN. Gradient 0. */
export const sign: NumericUnary = unary("sign");
/** Largest integer ≤ x. Gradient 0. */
export const floor: Unary = unary("floor");
/** Nearest integer, halves to even. Gradient 0. */
export const round: Unary = unary("round");
/** sin x, x in radians, every finite x: the absolute error is below 2⁻²¹, |sin x| ≤ 1. NaN of ±∞. */
export const sin: Unary = unary("sin");
/** cos x, x in radians, every finite x: the absolute error is below 2⁻²¹, |cos x| ≤ 1. NaN of ±∞. */
export const cos: Unary = unary("cos");
/** tanh x; finite for every finite x. */
export const tanh: Unary = unary("tanh");
/** 1/(1 + e⁻ˣ); finite for every finite x. */
export const sigmoid: Unary = unary("sigmoid");
/** ln(1 + eˣ), without overflow. */
export const softplus: Unary = unary("softplus");
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: Unary = unary("erf");
/** The inverse of {@link erf}, −1 < x < 1; ±∞ at ±1, NaN beyond. */
export const erfInv: Unary = unary("erfInv");
/**
 * The remainder of a / b with the sign of the divisor, broadcast, as in NumPy. f32, i32, u32. Exact before b is added to one of the other
 * sign: mod(−1e-8, 1) rounds to 1. mod(5, ∞) = 5; mod(x, 0) and mod(±∞, b) are NaN; 0 for an integer divisor 0.
 */
export const mod: Binary = binary("mod");
/**
 * ⌊a/b⌋, broadcast, as in NumPy. f32, i32, u32. Of the real quotient, not the rounded one: floorDiv(1, 0.1) = 9, since the f32 next to 0.1 is
 * above it; exact below 2²⁴. x/0 is ±∞, floorDiv(±∞, b) NaN; 0 for an integer divisor 0. Gradient 0.
 */
export const floorDiv: Binary = binary("floorDiv");
/** a = b, broadcast, as bool; false of NaN. No gradient. */
export const equal: Comparison = binary("equal");
/** a ≠ b, broadcast, as bool; true of NaN. No gradient. */
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
/** NaN, by the bits, as bool. No gradient. */
export const isNaN: Test = unary("isNaN");
/** ∞ or −∞, by the bits, as bool. No gradient. */
export const isInf: Test = unary("isInf");
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
