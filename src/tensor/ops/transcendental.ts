import { binary, unary } from "./elementwise-functions.ts";
import type { Binary, Unary } from "./signatures.ts";

// Elementwise powers, roots, exponentials, circular functions and their kin.

/**
 * aᵇ, broadcast. f32; a negative base has a value at integer exponents only, NaN at others. As ECMAScript has it: x⁰ = 1 for every x, NaN
 * too; 0⁻¹ = ∞; 1 to NaN and ±1 to ±∞ are NaN. A GPU computes exp2(b·log2 a): the relative error grows with |b·log2 a|, by about
 * 2⁻²¹ each.
 *
 * The gradient by `a` is b·aᵇ⁻¹, 0 where b = 0. That by `b` is aᵇ·ln |a|, 0 where a = 0 and b ≥ 0.
 * @example
 * ```ts
 * import { evaluateReference, pow, tensor } from "deconfound";
 * console.log(String(await evaluateReference(pow(tensor([2, 3]), 2)).data())); // 4,9
 * ```
 */
export const pow: Binary = binary("pow");
/**
 * eˣ.
 * @example
 * ```ts
 * import { evaluateReference, exp, tensor } from "deconfound";
 * console.log((await evaluateReference(exp(tensor(1))).item()).toFixed(4)); // 2.7183
 * ```
 */
export const exp: Unary = unary("exp");
/**
 * 2ˣ.
 * @example
 * ```ts
 * import { evaluateReference, exp2, tensor } from "deconfound";
 * console.log(String(await evaluateReference(exp2(tensor([3, -1]))).data())); // 8,0.5
 * ```
 */
export const exp2: Unary = unary("exp2");
/**
 * eˣ − 1, exact near 0.
 * @example
 * ```ts
 * import { evaluateReference, expm1, tensor } from "deconfound";
 * console.log((await evaluateReference(expm1(tensor(1))).item()).toFixed(4)); // 1.7183
 * ```
 */
export const expm1: Unary = unary("expm1");
/**
 * ln x; −∞ at 0, NaN below.
 * @example
 * ```ts
 * import { evaluateReference, log, tensor } from "deconfound";
 * console.log((await evaluateReference(log(tensor(10))).item()).toFixed(4)); // 2.3026
 * ```
 */
export const log: Unary = unary("log");
/**
 * The logarithm to base 2; −∞ at 0, NaN below.
 * @example
 * ```ts
 * import { evaluateReference, log2, tensor } from "deconfound";
 * console.log(String(await evaluateReference(log2(tensor([8, 0.5]))).data())); // 3,-1
 * ```
 */
export const log2: Unary = unary("log2");
/**
 * ln(1 + x), exact near 0; −∞ at −1, NaN below.
 * @example
 * ```ts
 * import { evaluateReference, log1p, tensor } from "deconfound";
 * console.log((await evaluateReference(log1p(tensor(1))).item()).toFixed(4)); // 0.6931
 * ```
 */
export const log1p: Unary = unary("log1p");
/**
 * √x, x ≥ 0, else NaN. The gradient is infinite at 0.
 * @example
 * ```ts
 * import { evaluateReference, sqrt, tensor } from "deconfound";
 * console.log(String(await evaluateReference(sqrt(tensor([4, 9]))).data())); // 2,3
 * ```
 */
export const sqrt: Unary = unary("sqrt");
/**
 * 1/√x; ∞ at 0, NaN below.
 * @example
 * ```ts
 * import { evaluateReference, rsqrt, tensor } from "deconfound";
 * console.log(String(await evaluateReference(rsqrt(tensor([4, 16]))).data())); // 0.5,0.25
 * ```
 */
export const rsqrt: Unary = unary("rsqrt");
/**
 * sin x, x in radians, every finite x: the absolute error is below 2⁻²¹, |sin x| ≤ 1. NaN of ±∞.
 * @example
 * ```ts
 * import { evaluateReference, sin, tensor } from "deconfound";
 * console.log((await evaluateReference(sin(tensor(1))).item()).toFixed(4)); // 0.8415
 * ```
 */
export const sin: Unary = unary("sin");
/**
 * cos x, x in radians, every finite x: the absolute error is below 2⁻²¹, |cos x| ≤ 1. NaN of ±∞.
 * @example
 * ```ts
 * import { cos, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(cos(tensor(1))).item()).toFixed(4)); // 0.5403
 * ```
 */
export const cos: Unary = unary("cos");
/**
 * tanh x; finite for every finite x.
 * @example
 * ```ts
 * import { evaluateReference, tanh, tensor } from "deconfound";
 * console.log((await evaluateReference(tanh(tensor(1))).item()).toFixed(4)); // 0.7616
 * ```
 */
export const tanh: Unary = unary("tanh");
/**
 * 1/(1 + e⁻ˣ); finite for every finite x.
 * @example
 * ```ts
 * import { evaluateReference, sigmoid, tensor } from "deconfound";
 * console.log((await evaluateReference(sigmoid(tensor(2))).item()).toFixed(4)); // 0.8808
 * ```
 */
export const sigmoid: Unary = unary("sigmoid");
/**
 * ln(1 + eˣ), without overflow.
 * @example
 * ```ts
 * import { evaluateReference, softplus, tensor } from "deconfound";
 * console.log((await evaluateReference(softplus(tensor(0))).item()).toFixed(4)); // 0.6931
 * ```
 */
export const softplus: Unary = unary("softplus");
/**
 * The error function 2/√π ∫₀ˣ e^(−t²) dt.
 * @example
 * ```ts
 * import { erf, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(erf(tensor(1))).item()).toFixed(4)); // 0.8427
 * ```
 */
export const erf: Unary = unary("erf");
/**
 * The inverse of {@link erf}, −1 < x < 1; ±∞ at ±1, NaN beyond.
 * @example
 * ```ts
 * import { erfInv, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(erfInv(tensor(0.5))).item()).toFixed(4)); // 0.4769
 * ```
 */
export const erfInv: Unary = unary("erfInv");
/**
 * ln |Γ(x)|; ∞ at 0, −1, −2 … and ±∞. The gradient is the digamma function. Absolute error about 4e-6 near the zeros 1 and 2, elsewhere relative.
 * @see Abramowitz & Stegun 6.1
 * @example
 * ```ts
 * import { evaluateReference, lgamma, tensor } from "deconfound";
 * console.log((await evaluateReference(lgamma(tensor(5))).item()).toFixed(4)); // 3.1781
 * ```
 */
export const lgamma: Unary = unary("lgamma");
