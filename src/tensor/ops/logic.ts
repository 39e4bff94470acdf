import { binary, unary } from "./elementwise-functions.ts";
import type { Binary, Comparison, NumericUnary, Test } from "./signatures.ts";

// Elementwise comparisons, tests, logic and bit operations.

/**
 * a = b, broadcast, as bool; false of NaN. No gradient.
 * @example
 * ```ts
 * import { equal, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(equal(tensor([1, 2, 3]), 2)).data())); // 0,1,0
 * ```
 */
export const equal: Comparison = binary("equal");
/**
 * a ≠ b, broadcast, as bool; true of NaN. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, notEqual, tensor } from "deconfound";
 * console.log(String(await evaluateReference(notEqual(tensor([1, 2, 3]), 2)).data())); // 1,0,1
 * ```
 */
export const notEqual: Comparison = binary("notEqual");
/**
 * a < b, broadcast, as bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, less, tensor } from "deconfound";
 * console.log(String(await evaluateReference(less(tensor([1, 2, 3]), 2)).data())); // 1,0,0
 * ```
 */
export const less: Comparison = binary("less");
/**
 * a ≤ b, broadcast, as bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, lessEqual, tensor } from "deconfound";
 * console.log(String(await evaluateReference(lessEqual(tensor([1, 2, 3]), 2)).data())); // 1,1,0
 * ```
 */
export const lessEqual: Comparison = binary("lessEqual");
/**
 * a > b, broadcast, as bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, greater, tensor } from "deconfound";
 * console.log(String(await evaluateReference(greater(tensor([1, 2, 3]), 2)).data())); // 0,0,1
 * ```
 */
export const greater: Comparison = binary("greater");
/**
 * a ≥ b, broadcast, as bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, greaterEqual, tensor } from "deconfound";
 * console.log(String(await evaluateReference(greaterEqual(tensor([1, 2, 3]), 2)).data())); // 0,1,1
 * ```
 */
export const greaterEqual: Comparison = binary("greaterEqual");
/**
 * Neither infinite nor NaN, by the bits, as bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, isFinite, tensor } from "deconfound";
 * console.log(String(await evaluateReference(isFinite(tensor([1, Infinity, NaN]))).data())); // 1,0,0
 * ```
 */
export const isFinite: Test = unary("isFinite");
/**
 * NaN, by the bits, as bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, isNaN, tensor } from "deconfound";
 * console.log(String(await evaluateReference(isNaN(tensor([1, Infinity, NaN]))).data())); // 0,0,1
 * ```
 */
export const isNaN: Test = unary("isNaN");
/**
 * ∞ or −∞, by the bits, as bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, isInf, tensor } from "deconfound";
 * console.log(String(await evaluateReference(isInf(tensor([1, Infinity, NaN]))).data())); // 0,1,0
 * ```
 */
export const isInf: Test = unary("isInf");
/**
 * a and b, bools, broadcast. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, greater, less, logicalAnd, tensor } from "deconfound";
 * const x = tensor([1, 2, 3, 4]);
 * console.log(String(await evaluateReference(logicalAnd(greater(x, 1), less(x, 4))).data())); // 0,1,1,0
 * ```
 */
export const logicalAnd: Binary = binary("logicalAnd");
/**
 * a or b, bools, broadcast. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, greater, less, logicalOr, tensor } from "deconfound";
 * const x = tensor([1, 2, 3, 4]);
 * console.log(String(await evaluateReference(logicalOr(less(x, 2), greater(x, 3))).data())); // 1,0,0,1
 * ```
 */
export const logicalOr: Binary = binary("logicalOr");
/**
 * True where exactly one of both is, broadcast. bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, logicalXor, tensor } from "deconfound";
 * const [a, b] = [tensor([0, 0, 1, 1], { dtype: "bool" }), tensor([0, 1, 0, 1], { dtype: "bool" })];
 * console.log(String(await evaluateReference(logicalXor(a, b)).data())); // 0,1,1,0
 * ```
 */
export const logicalXor: Binary = binary("logicalXor");
/**
 * not x, bool. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, greater, logicalNot, tensor } from "deconfound";
 * console.log(String(await evaluateReference(logicalNot(greater(tensor([1, 2, 3]), 2))).data())); // 1,1,0
 * ```
 */
export const logicalNot: NumericUnary = unary("logicalNot");
/**
 * Bitwise and of i32 or u32, broadcast. No gradient.
 * @example
 * ```ts
 * import { bitAnd, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(bitAnd(tensor([12, 5], { dtype: "u32" }), 10)).data())); // 8,0
 * ```
 */
export const bitAnd: Binary = binary("bitAnd");
/**
 * Bitwise or of i32 or u32, broadcast. No gradient.
 * @example
 * ```ts
 * import { bitOr, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(bitOr(tensor([12, 5], { dtype: "u32" }), 10)).data())); // 14,15
 * ```
 */
export const bitOr: Binary = binary("bitOr");
/**
 * Bitwise exclusive or of i32 or u32, broadcast. No gradient.
 * @example
 * ```ts
 * import { bitXor, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(bitXor(tensor([12, 5], { dtype: "u32" }), 10)).data())); // 6,15
 * ```
 */
export const bitXor: Binary = binary("bitXor");
/**
 * Each bit inverted: −x − 1 of i32. i32, u32. No gradient.
 * @example
 * ```ts
 * import { bitNot, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(bitNot(tensor([0, 5], { dtype: "i32" }))).data())); // -1,-6
 * ```
 */
export const bitNot: NumericUnary = unary("bitNot");
/**
 * a · 2ᵇ in the bits of i32 or u32, 0 ≤ b < 32, broadcast. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, shiftLeft, tensor } from "deconfound";
 * console.log(String(await evaluateReference(shiftLeft(tensor([3, 5], { dtype: "u32" }), 2)).data())); // 12,20
 * ```
 */
export const shiftLeft: Binary = binary("shiftLeft");
/**
 * ⌊a / 2ᵇ⌋ in the bits of i32 or u32, 0 ≤ b < 32, broadcast. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, shiftRight, tensor } from "deconfound";
 * console.log(String(await evaluateReference(shiftRight(tensor([3, 13], { dtype: "u32" }), 2)).data())); // 0,3
 * ```
 */
export const shiftRight: Binary = binary("shiftRight");
