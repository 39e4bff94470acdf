import type { Tolerance } from "./op.ts";
import type { ScalarFn } from "./scalar.ts";

const ulp = 2 ** -23; // WGSL leaves the rounding direction open, so a correctly rounded result may be a whole ulp off
const exact: Tolerance = { relative: 0, absolute: 0 };
const ulps = (count: number, absolute = 0): Tolerance => ({ relative: count * ulp, absolute });

/**
 * How far WGSL lets each scalar function be from its real value, for arguments of a few units (exp: 3 + 2|x| ulp, |x| ≤ 3).
 * Helpers of `scalar.wgsl` inherit from what they are made of. @see WGSL, "Accuracy of Concrete Floating Point Expressions"
 */
export const accuracy: Readonly<Record<ScalarFn, Tolerance>> = {
  add: ulps(1),
  sub: ulps(1),
  mul: ulps(1),
  div: ulps(3),
  neg: exact,
  pow: ulps(64), // exp2(y·log2 x): |y·log2 x| ≤ 6 magnifies log2's 3 ulp, then 3 + 2·6 of exp2
  maximum: exact,
  minimum: exact,
  exp: ulps(9),
  expm1: ulps(16, 2 ** -22),
  log: ulps(3, 2 ** -21),
  log1p: ulps(8, 2 ** -21),
  sqrt: ulps(5),
  rsqrt: ulps(2),
  square: ulps(1),
  abs: exact,
  sign: exact,
  floor: exact,
  round: exact,
  sin: ulps(0, 2 ** -11),
  cos: ulps(0, 2 ** -11),
  tanh: ulps(4, 1e-5),
  sigmoid: ulps(14),
  softplus: ulps(8, 2 ** -20),
  erf: ulps(8, 2 ** -21),
  erfInv: ulps(64, 2 ** -19), // log's 2⁻²¹ under a square root and a polynomial
  mod: ulps(4, 2 ** -22),
  floorDiv: exact,
  equal: exact,
  notEqual: exact,
  less: exact,
  lessEqual: exact,
  greater: exact,
  greaterEqual: exact,
  isFinite: exact,
  logicalAnd: exact,
  logicalOr: exact,
  logicalNot: exact,
  bitAnd: exact,
  bitOr: exact,
  bitXor: exact,
  shiftLeft: exact,
  shiftRight: exact,
  select: exact,
};
