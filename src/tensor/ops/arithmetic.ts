import { binary, unary } from "./elementwise-functions.ts";
import type { Binary, NumericUnary, Unary } from "./signatures.ts";

// Elementwise arithmetic.

/**
 * a + b, broadcast. f32, i32, u32; integers wrap.
 * @example
 * ```ts
 * import { add, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(add(tensor([1, 2]), 3)).data())); // 4,5
 * ```
 */
export const add: Binary = binary("add");
/**
 * a − b, broadcast.
 * @example
 * ```ts
 * import { evaluateReference, sub, tensor } from "deconfound";
 * console.log(String(await evaluateReference(sub(tensor([5, 2]), 3)).data())); // 2,-1
 * ```
 */
export const sub: Binary = binary("sub");
/**
 * a · b, broadcast.
 * @example
 * ```ts
 * import { evaluateReference, mul, tensor } from "deconfound";
 * console.log(String(await evaluateReference(mul(tensor([[1, 2], [3, 4]]), tensor([10, 100]))).data())); // 10,200,30,400
 * ```
 */
export const mul: Binary = binary("mul");
/**
 * a / b, broadcast. f32; for integers use {@link floorDiv}. x/0 is ±∞, 0/0 is NaN.
 * @example
 * ```ts
 * import { div, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(div(tensor([1, -3]), 2)).data())); // 0.5,-1.5
 * ```
 */
export const div: Binary = binary("div");
/**
 * −x. f32, i32.
 * @example
 * ```ts
 * import { evaluateReference, neg, tensor } from "deconfound";
 * console.log(String(await evaluateReference(neg(tensor([1, -2]))).data())); // -1,2
 * ```
 */
export const neg: NumericUnary = unary("neg");
/**
 * The larger one, broadcast; NaN if either is. At a tie the gradient goes to `a`.
 * @example
 * ```ts
 * import { evaluateReference, maximum, tensor } from "deconfound";
 * console.log(String(await evaluateReference(maximum(tensor([-1, 2]), 0)).data())); // 0,2
 * ```
 */
export const maximum: Binary = binary("maximum");
/**
 * The smaller one, broadcast; NaN if either is. At a tie the gradient goes to `a`.
 * @example
 * ```ts
 * import { evaluateReference, minimum, tensor } from "deconfound";
 * console.log(String(await evaluateReference(minimum(tensor([-1, 2]), 0)).data())); // -1,0
 * ```
 */
export const minimum: Binary = binary("minimum");
/**
 * x².
 * @example
 * ```ts
 * import { evaluateReference, square, tensor } from "deconfound";
 * console.log(String(await evaluateReference(square(tensor([3, -4]))).data())); // 9,16
 * ```
 */
export const square: NumericUnary = unary("square");
/**
 * |x|. Gradient 0 at 0.
 * @example
 * ```ts
 * import { abs, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(abs(tensor([3, -4]))).data())); // 3,4
 * ```
 */
export const abs: NumericUnary = unary("abs");
/**
 * −1, 0 or 1; NaN of NaN. Gradient 0.
 * @example
 * ```ts
 * import { evaluateReference, sign, tensor } from "deconfound";
 * console.log(String(await evaluateReference(sign(tensor([-3, 0, 5]))).data())); // -1,0,1
 * ```
 */
export const sign: NumericUnary = unary("sign");
/**
 * Largest integer ≤ x. Gradient 0.
 * @example
 * ```ts
 * import { evaluateReference, floor, tensor } from "deconfound";
 * console.log(String(await evaluateReference(floor(tensor([1.5, -1.5]))).data())); // 1,-2
 * ```
 */
export const floor: Unary = unary("floor");
/**
 * Smallest integer ≥ x. Gradient 0.
 * @example
 * ```ts
 * import { ceil, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(ceil(tensor([1.5, -1.5]))).data())); // 2,-1
 * ```
 */
export const ceil: Unary = unary("ceil");
/**
 * The integer part, towards 0. Gradient 0.
 * @example
 * ```ts
 * import { evaluateReference, tensor, trunc } from "deconfound";
 * console.log(String(await evaluateReference(trunc(tensor([1.5, -1.5]))).data())); // 1,-1
 * ```
 */
export const trunc: Unary = unary("trunc");
/**
 * |a| with the sign of b, broadcast; −0 and NaN have their own sign. f32. The gradient by `a` is 0 where a = 0; that by `b` is 0.
 * @example
 * ```ts
 * import { copySign, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(copySign(tensor([1, -2]), tensor([-3, 4]))).data())); // -1,2
 * ```
 */
export const copySign: Binary = binary("copySign");
/**
 * Nearest integer, halves to even. Gradient 0.
 * @example
 * ```ts
 * import { evaluateReference, round, tensor } from "deconfound";
 * console.log(String(await evaluateReference(round(tensor([0.5, 1.5, 2.5]))).data())); // 0,2,2
 * ```
 */
export const round: Unary = unary("round");
/**
 * The remainder of a / b with the sign of the divisor, broadcast, as in NumPy. f32, i32, u32. Exact before b is added to one of the other
 * sign: mod(−1e-8, 1) rounds to 1. mod(5, ∞) = 5; mod(x, 0) and mod(±∞, b) are NaN; 0 for an integer divisor 0.
 * @example
 * ```ts
 * import { evaluateReference, mod, tensor } from "deconfound";
 * console.log(String(await evaluateReference(mod(tensor([5, -5]), 3)).data())); // 2,1
 * ```
 */
export const mod: Binary = binary("mod");
/**
 * ⌊a/b⌋, broadcast, as in NumPy. f32, i32, u32. Of the real quotient, not the rounded one: floorDiv(1, 0.1) = 9, since the f32 next to 0.1 is
 * above it; exact below 2²⁴. x/0 is ±∞, floorDiv(±∞, b) NaN; 0 for an integer divisor 0. Gradient 0.
 * @example
 * ```ts
 * import { evaluateReference, floorDiv, tensor } from "deconfound";
 * console.log(String(await evaluateReference(floorDiv(tensor([7, -7]), 2)).data())); // 3,-4
 * ```
 */
export const floorDiv: Binary = binary("floorDiv");
