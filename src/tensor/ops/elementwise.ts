import { accuracy } from "../accuracy.ts";
import type { DType } from "../dtype.ts";
import type { Domain, Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import type { ScalarFn } from "../scalar.ts";
import { arg, call } from "../scalar.ts";
import { broadcastShapes } from "../shape.ts";
import type { AnyTensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { asTensors, checkDTypes, sameShapes } from "./operand.ts";
import type { Binary, Comparison, NumericUnary, Operand, Unary } from "./signatures.ts";

const float: readonly DType[] = ["f32"];
const numeric: readonly DType[] = ["f32", "i32", "u32"];
const integer: readonly DType[] = ["i32", "u32"];
const comparable: readonly DType[] = ["f32", "i32", "u32", "bool"];
const boolean: readonly DType[] = ["bool"];

const between = (from: number, to: number): Domain => ({ kind: "interval", from, to });
const wide: Domain = between(-3, 3);
const positive: Domain = between(0.25, 4);

/** The record of a primitive scalar function: `arity` inputs of one dtype and shape. */
function elementwise(
  fn: ScalarFn,
  allowed: readonly DType[],
  domains: readonly Domain[],
  result?: DType,
  differentiable = result === undefined && allowed.includes("f32"),
): Op<null> {
  const dtype = allowed[0]!;
  return defineOp<null>({
    name: fn,
    infer: (inputs) => {
      const found = checkDTypes(fn, inputs, allowed);
      return [{ shape: sameShapes(fn, inputs).shape, dtype: result ?? found }];
    },
    scalar: call(fn, ...domains.map((_, index) => arg(index))),
    ...(differentiable ? {} : { vjp: null }),
    tolerance: accuracy[fn],
    samples: () =>
      [[5], [2, 3], [], [1, 4, 1]].map((shape) => ({
        inputs: domains.map((domain) => ({ shape, dtype, domain })),
        params: null,
      })),
  });
}

/** Every primitive scalar function's record. The derivative of an elementwise op is made of these. */
export const elementwiseOps: Readonly<Record<Exclude<ScalarFn, "select">, Op<null>>> = {
  add: elementwise("add", numeric, [wide, wide]),
  sub: elementwise("sub", numeric, [wide, wide]),
  mul: elementwise("mul", numeric, [wide, wide]),
  div: elementwise("div", float, [wide, positive]),
  neg: elementwise("neg", ["f32", "i32"], [wide]),
  pow: elementwise("pow", float, [positive, wide]),
  maximum: elementwise("maximum", numeric, [{ kind: "distinct" }, { kind: "distinct" }]),
  minimum: elementwise("minimum", numeric, [{ kind: "distinct" }, { kind: "distinct" }]),
  exp: elementwise("exp", float, [wide]),
  expm1: elementwise("expm1", float, [wide]),
  log: elementwise("log", float, [positive]),
  log1p: elementwise("log1p", float, [between(-0.5, 4)]),
  sqrt: elementwise("sqrt", float, [positive]),
  rsqrt: elementwise("rsqrt", float, [positive]),
  square: elementwise("square", numeric, [wide]),
  abs: elementwise("abs", ["f32", "i32"], [{ kind: "distinct" }]),
  sign: elementwise("sign", ["f32", "i32"], [{ kind: "distinct" }]),
  floor: elementwise("floor", float, [{ kind: "distinct" }]),
  round: elementwise("round", float, [{ kind: "distinct" }]),
  sin: elementwise("sin", float, [wide]),
  cos: elementwise("cos", float, [wide]),
  tanh: elementwise("tanh", float, [wide]),
  sigmoid: elementwise("sigmoid", float, [wide]),
  softplus: elementwise("softplus", float, [wide]),
  erf: elementwise("erf", float, [wide]),
  erfInv: elementwise("erfInv", float, [between(-0.9, 0.9)]),
  mod: elementwise("mod", numeric, [between(0.25, 0.9), between(1, 2)]),
  floorDiv: elementwise("floorDiv", numeric, [between(0.25, 0.9), between(1, 2)]),
  equal: elementwise("equal", comparable, [wide, wide], "bool"),
  notEqual: elementwise("notEqual", comparable, [wide, wide], "bool"),
  less: elementwise("less", numeric, [wide, wide], "bool"),
  lessEqual: elementwise("lessEqual", numeric, [wide, wide], "bool"),
  greater: elementwise("greater", numeric, [wide, wide], "bool"),
  greaterEqual: elementwise("greaterEqual", numeric, [wide, wide], "bool"),
  isFinite: elementwise("isFinite", float, [wide], "bool"),
  logicalAnd: elementwise("logicalAnd", boolean, [wide, wide], "bool"),
  logicalOr: elementwise("logicalOr", boolean, [wide, wide], "bool"),
  logicalNot: elementwise("logicalNot", boolean, [wide], "bool"),
  bitAnd: elementwise("bitAnd", integer, [wide, wide]),
  bitOr: elementwise("bitOr", integer, [wide, wide]),
  bitXor: elementwise("bitXor", integer, [wide, wide]),
  shiftLeft: elementwise("shiftLeft", integer, [wide, { kind: "integer", below: 8 }]),
  shiftRight: elementwise("shiftRight", integer, [wide, { kind: "integer", below: 8 }]),
};

const unary =
  (op: Op<null>) =>
  (x: AnyTensor): never =>
    apply1(op, [x], null) as never;

function binary(op: Op<null>): Binary & Comparison {
  return ((a: Operand, b: Operand): AnyTensor => {
    const tensors = asTensors([a, b]);
    const shape = broadcastShapes(op.name, ...tensors.map((t) => t.shape));
    return apply1(
      op,
      tensors.map((t) => broadcastTo(t, shape)),
      null,
    );
  }) as Binary & Comparison;
}

/** a + b, broadcast. f32, i32, u32; integers wrap. */
export const add: Binary = binary(elementwiseOps.add);
/** a − b, broadcast. */
export const sub: Binary = binary(elementwiseOps.sub);
/** a · b, broadcast. */
export const mul: Binary = binary(elementwiseOps.mul);
/** a / b, broadcast. f32; for integers use {@link floorDiv}. */
export const div: Binary = binary(elementwiseOps.div);
/** −x. f32, i32. */
export const neg: NumericUnary = unary(elementwiseOps.neg);
/** aᵇ, broadcast. f32; a negative base has a value at integer exponents only. */
export const pow: Binary = binary(elementwiseOps.pow);
/** The larger one, broadcast. At a tie the gradient goes to `a`. */
export const maximum: Binary = binary(elementwiseOps.maximum);
/** The smaller one, broadcast. At a tie the gradient goes to `a`. */
export const minimum: Binary = binary(elementwiseOps.minimum);
/** eˣ. */
export const exp: Unary = unary(elementwiseOps.exp);
/** eˣ − 1, exact near 0. */
export const expm1: Unary = unary(elementwiseOps.expm1);
/** ln x, x > 0. */
export const log: Unary = unary(elementwiseOps.log);
/** ln(1 + x), x > −1, exact near 0. */
export const log1p: Unary = unary(elementwiseOps.log1p);
/** √x, x ≥ 0. The gradient is infinite at 0. */
export const sqrt: Unary = unary(elementwiseOps.sqrt);
/** 1/√x, x > 0. */
export const rsqrt: Unary = unary(elementwiseOps.rsqrt);
/** x². */
export const square: NumericUnary = unary(elementwiseOps.square);
/** |x|. Gradient 0 at 0. */
export const abs: NumericUnary = unary(elementwiseOps.abs);
/** −1, 0 or 1. Gradient 0. */
export const sign: NumericUnary = unary(elementwiseOps.sign);
/** Largest integer ≤ x. Gradient 0. */
export const floor: Unary = unary(elementwiseOps.floor);
/** Nearest integer, halves to even. Gradient 0. */
export const round: Unary = unary(elementwiseOps.round);
/** sin x, x in radians. WGSL gives 2⁻¹¹ absolute. */
export const sin: Unary = unary(elementwiseOps.sin);
/** cos x, x in radians. WGSL gives 2⁻¹¹ absolute. */
export const cos: Unary = unary(elementwiseOps.cos);
/** tanh x; finite for every finite x. */
export const tanh: Unary = unary(elementwiseOps.tanh);
/** 1/(1 + e⁻ˣ); finite for every finite x. */
export const sigmoid: Unary = unary(elementwiseOps.sigmoid);
/** ln(1 + eˣ), without overflow. */
export const softplus: Unary = unary(elementwiseOps.softplus);
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: Unary = unary(elementwiseOps.erf);
/** The inverse of {@link erf}, −1 < x < 1; ±∞ at ±1. */
export const erfInv: Unary = unary(elementwiseOps.erfInv);
/** a − b·⌊a/b⌋, broadcast: the sign of the divisor, as in NumPy. */
export const mod: Binary = binary(elementwiseOps.mod);
/** ⌊a/b⌋, broadcast. Gradient 0. */
export const floorDiv: Binary = binary(elementwiseOps.floorDiv);
/** a = b, broadcast, as bool. No gradient. */
export const equal: Comparison = binary(elementwiseOps.equal);
/** a ≠ b, broadcast, as bool. No gradient. */
export const notEqual: Comparison = binary(elementwiseOps.notEqual);
/** a < b, broadcast, as bool. No gradient. */
export const less: Comparison = binary(elementwiseOps.less);
/** a ≤ b, broadcast, as bool. No gradient. */
export const lessEqual: Comparison = binary(elementwiseOps.lessEqual);
/** a > b, broadcast, as bool. No gradient. */
export const greater: Comparison = binary(elementwiseOps.greater);
/** a ≥ b, broadcast, as bool. No gradient. */
export const greaterEqual: Comparison = binary(elementwiseOps.greaterEqual);
/** Neither infinite nor NaN, by the bits, as bool. No gradient. */
export const isFinite: (x: AnyTensor) => AnyTensor = unary(elementwiseOps.isFinite);
/** a and b, bools, broadcast. No gradient. */
export const logicalAnd: Binary = binary(elementwiseOps.logicalAnd);
/** a or b, bools, broadcast. No gradient. */
export const logicalOr: Binary = binary(elementwiseOps.logicalOr);
/** not x, bool. No gradient. */
export const logicalNot: (x: AnyTensor) => AnyTensor = unary(elementwiseOps.logicalNot);
/** Bitwise and of i32 or u32, broadcast. No gradient. */
export const bitAnd: Binary = binary(elementwiseOps.bitAnd);
/** Bitwise or of i32 or u32, broadcast. No gradient. */
export const bitOr: Binary = binary(elementwiseOps.bitOr);
/** Bitwise exclusive or of i32 or u32, broadcast. No gradient. */
export const bitXor: Binary = binary(elementwiseOps.bitXor);
/** a · 2ᵇ in the bits of i32 or u32, 0 ≤ b < 32, broadcast. No gradient. */
export const shiftLeft: Binary = binary(elementwiseOps.shiftLeft);
/** ⌊a / 2ᵇ⌋ in the bits of i32 or u32, 0 ≤ b < 32, broadcast. No gradient. */
export const shiftRight: Binary = binary(elementwiseOps.shiftRight);
