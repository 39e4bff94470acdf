import { binary, unary } from "./elementwise-functions.ts";
import type { Binary, Unary } from "./signatures.ts";

// Hyperbolic functions, their inverses, and the angle of a point.

/**
 * (eˣ − e⁻ˣ)/2, exact near 0. ±∞ beyond ±89.4.
 * @example
 * ```ts
 * import { evaluateReference, sinh, tensor } from "deconfound";
 * console.log((await evaluateReference(sinh(tensor(1))).item()).toFixed(4)); // 1.1752
 * ```
 */
export const sinh: Unary = unary("sinh");
/**
 * (eˣ + e⁻ˣ)/2. ∞ beyond ±89.4.
 * @example
 * ```ts
 * import { cosh, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(cosh(tensor(1))).item()).toFixed(4)); // 1.5431
 * ```
 */
export const cosh: Unary = unary("cosh");
/**
 * The inverse of {@link sinh}, ln(x + √(x² + 1)), exact near 0 and without overflow.
 * @example
 * ```ts
 * import { asinh, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(asinh(tensor(1))).item()).toFixed(4)); // 0.8814
 * ```
 */
export const asinh: Unary = unary("asinh");
/**
 * The inverse of {@link cosh}, ln(x + √(x² − 1)), x ≥ 1; NaN below. The gradient is infinite at 1.
 * @example
 * ```ts
 * import { acosh, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(acosh(tensor(2))).item()).toFixed(4)); // 1.3170
 * ```
 */
export const acosh: Unary = unary("acosh");
/**
 * The angle of the point (b, a) in (−π, π], broadcast: atan(a/b) in the right quadrant. At zeros and infinities as ECMAScript has it. f32.
 * The gradient is (b, −a)/(a² + b²), NaN at the origin.
 * @example
 * ```ts
 * import { atan2, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(atan2(tensor(1), -1)).item()).toFixed(4)); // 2.3562
 * ```
 */
export const atan2: Binary = binary("atan2");
