import type { Expr, ScalarFn } from "./scalar.ts";
import { call, constant } from "./scalar.ts";

/** Derivatives with respect to each argument, given the arguments and the result; null where it is zero almost everywhere. */
type Derivative = (args: readonly Expr[], result: Expr) => readonly (Expr | null)[];

interface ScalarFunction {
  /** WGSL text; `$0`, `$1`… stand for the arguments. Works for f32 and for vec4f. */
  readonly wgsl: string;
  readonly derivative: Derivative | null;
}

const zero: Derivative = () => [null, null, null];

/**
 * The scalar functions. Accuracy is WGSL's; names ending in `_` are WGSL helpers in `kernels/wgsl/scalar.wgsl`,
 * written where WGSL's own function overflows or is undefined.
 */
export const scalarFunctions: Readonly<Record<ScalarFn, ScalarFunction>> = {
  add: { wgsl: "($0 + $1)", derivative: () => [constant(1), constant(1)] },
  sub: { wgsl: "($0 - $1)", derivative: () => [constant(1), constant(-1)] },
  mul: { wgsl: "($0 * $1)", derivative: ([a, b]) => [b!, a!] },
  div: {
    wgsl: "($0 / $1)",
    derivative: ([, b], y) => [call("div", 1, b!), call("neg", call("div", y, b!))],
  },
  neg: { wgsl: "(-$0)", derivative: () => [constant(-1)] },
  pow: {
    wgsl: "pow_($0, $1)",
    derivative: ([a, b], y) => [
      call("mul", b!, call("pow", a!, call("sub", b!, 1))),
      // 0·log 0 = 0: the base's logarithm only counts where the power is not zero
      call("select", call("equal", y, 0), 0, call("mul", y, call("log", call("abs", a!)))),
    ],
  },
  maximum: {
    // ties: the first argument takes the gradient. Told by the result, so that relu's mask needs its stored output alone
    wgsl: "max($0, $1)",
    derivative: ([a], y) => [call("select", call("equal", y, a!), 1, 0), call("select", call("equal", y, a!), 0, 1)],
  },
  minimum: {
    wgsl: "min($0, $1)",
    derivative: ([a], y) => [call("select", call("equal", y, a!), 1, 0), call("select", call("equal", y, a!), 0, 1)],
  },
  exp: { wgsl: "exp($0)", derivative: (_, y) => [y] },
  expm1: { wgsl: "expm1_($0)", derivative: (_, y) => [call("add", y, 1)] },
  log: { wgsl: "log($0)", derivative: ([x]) => [call("div", 1, x!)] },
  log1p: { wgsl: "log1p_($0)", derivative: ([x]) => [call("div", 1, call("add", x!, 1))] },
  sqrt: { wgsl: "sqrt($0)", derivative: (_, y) => [call("div", 0.5, y)] },
  rsqrt: { wgsl: "inverseSqrt($0)", derivative: ([x], y) => [call("mul", -0.5, call("div", y, x!))] },
  square: { wgsl: "($0 * $0)", derivative: ([x]) => [call("mul", 2, x!)] },
  abs: { wgsl: "abs($0)", derivative: ([x]) => [call("sign", x!)] },
  sign: { wgsl: "sign($0)", derivative: zero },
  floor: { wgsl: "floor($0)", derivative: zero },
  round: { wgsl: "round($0)", derivative: zero }, // half to even
  sin: { wgsl: "sin_($0)", derivative: ([x]) => [call("cos", x!)] },
  cos: { wgsl: "cos_($0)", derivative: ([x]) => [call("neg", call("sin", x!))] },
  tanh: { wgsl: "tanh_($0)", derivative: (_, y) => [call("sub", 1, call("square", y))] },
  sigmoid: { wgsl: "sigmoid_($0)", derivative: (_, y) => [call("mul", y, call("sub", 1, y))] },
  softplus: { wgsl: "softplus_($0)", derivative: ([x]) => [call("sigmoid", x!)] },
  erf: {
    wgsl: "erf_($0)",
    derivative: ([x]) => [call("mul", 2 / Math.sqrt(Math.PI), call("exp", call("neg", call("square", x!))))],
  },
  erfInv: {
    wgsl: "erfInv_($0)",
    derivative: (_, y) => [call("mul", Math.sqrt(Math.PI) / 2, call("exp", call("square", y)))],
  },
  mod: {
    wgsl: "mod_($0, $1)", // sign of the divisor, as NumPy and Python
    derivative: ([a, b]) => [constant(1), call("neg", call("floorDiv", a!, b!))],
  },
  floorDiv: { wgsl: "floorDiv_($0, $1)", derivative: zero },
  equal: { wgsl: "($0 == $1)", derivative: null },
  notEqual: { wgsl: "($0 != $1)", derivative: null },
  less: { wgsl: "($0 < $1)", derivative: null },
  lessEqual: { wgsl: "($0 <= $1)", derivative: null },
  greater: { wgsl: "($0 > $1)", derivative: null },
  greaterEqual: { wgsl: "($0 >= $1)", derivative: null },
  isFinite: { wgsl: "isFinite_($0)", derivative: null },
  logicalAnd: { wgsl: "($0 & $1)", derivative: null },
  logicalOr: { wgsl: "($0 | $1)", derivative: null },
  logicalNot: { wgsl: "(!$0)", derivative: null },
  bitAnd: { wgsl: "($0 & $1)", derivative: null },
  bitOr: { wgsl: "($0 | $1)", derivative: null },
  bitXor: { wgsl: "($0 ^ $1)", derivative: null },
  shiftLeft: { wgsl: "shiftLeft_($0, $1)", derivative: null },
  shiftRight: { wgsl: "shiftRight_($0, $1)", derivative: null },
  select: {
    wgsl: "select($2, $1, $0)",
    derivative: ([c]) => [null, call("select", c!, 1, 0), call("select", c!, 0, 1)],
  },
};

/** ∂expr/∂arg(index) as an expression; null where it is zero. */
export function differentiate(expr: Expr, index: number): Expr | null {
  if (expr.kind === "arg") return expr.index === index ? constant(1) : null;
  if (expr.kind === "const") return null;
  const rule = scalarFunctions[expr.fn].derivative;
  if (rule === null) return null;
  const partials = rule(expr.args, expr);
  let total: Expr | null = null;
  expr.args.forEach((inner, i) => {
    const outer = partials[i] ?? null;
    const step = outer === null ? null : differentiate(inner, index);
    if (outer === null || step === null) return;
    const term = step.kind === "const" && step.value === 1 ? outer : call("mul", outer, step);
    total = total === null ? term : call("add", total, term);
  });
  return total;
}
