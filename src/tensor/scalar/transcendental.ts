import { erfInv as erfInvOf, erf as erfOf } from "../error-function.ts";
import { call } from "./expression.ts";
import type { Row } from "./row.ts";
import { between, float, positive, ulps, wide } from "./row.ts";

// Rows of `table.ts`: nothing else is exported here.

export const pow: Row<"binary"> = {
  form: "binary",
  dtypes: float,
  domains: [positive, wide],
  wgsl: "pow_($0, $1)",
  accuracy: ulps(64), // exp2(y·log2 x): |y·log2 x| ≤ 6 magnifies log2's 3 ulp, then 3 + 2·6 of exp2
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! ** b[i]!;
  },
  // Guards stand at the operands, so that derivatives of any order stay finite: 0·x⁻¹ is 0 where the exponent is 0, and 0ᵇ·ln 0 is 0
  // for b ≥ 0 (for b < 0 it is −∞).
  derivative: ([a, b], y) => {
    const isConstant = call("equal", b!, 0);
    const slope = call("mul", b!, call("pow", a!, call("select", isConstant, 1, call("sub", b!, 1))));
    const isFlat = call("logicalAnd", call("equal", a!, 0), call("greaterEqual", b!, 0));
    const logarithm = call("log", call("select", isFlat, 1, call("abs", a!)));
    return [call("select", isConstant, 0, slope), call("select", call("equal", y, 0), 0, call("mul", y, logarithm))];
  },
};

export const exp: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "exp($0)",
  accuracy: ulps(9), // 3 + 2|x| ulp, |x| ≤ 3
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.exp(a[i]!);
  },
  derivative: (_, y) => [y],
};

export const exp2: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "exp2($0)",
  accuracy: ulps(9), // 3 + 2|x| ulp, |x| ≤ 3
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = 2 ** a[i]!;
  },
  derivative: (_, y) => [call("mul", y, Math.LN2)],
};

export const expm1: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "expm1_($0)",
  accuracy: ulps(16, 2 ** -22),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.expm1(a[i]!);
  },
  derivative: (_, y) => [call("add", y, 1)],
};

export const log: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [positive],
  wgsl: "log($0)",
  accuracy: ulps(3, 2 ** -21),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.log(a[i]!);
  },
  derivative: ([x]) => [call("div", 1, x!)],
};

export const log2: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [positive],
  wgsl: "log2($0)",
  accuracy: ulps(3, 2 ** -21),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.log2(a[i]!);
  },
  derivative: ([x]) => [call("div", Math.LOG2E, x!)],
};

export const log1p: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [between(-0.5, 4)],
  wgsl: "log1p_($0)",
  accuracy: ulps(8, 2 ** -21),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.log1p(a[i]!);
  },
  derivative: ([x]) => [call("div", 1, call("add", x!, 1))],
};

export const sqrt: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [positive],
  wgsl: "sqrt($0)",
  accuracy: ulps(5),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.sqrt(a[i]!);
  },
  derivative: (_, y) => [call("div", 0.5, y)],
};

export const rsqrt: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [positive],
  wgsl: "inverseSqrt($0)",
  accuracy: ulps(2),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = 1 / Math.sqrt(a[i]!);
  },
  derivative: ([x], y) => [call("mul", -0.5, call("div", y, x!))],
};

export const sin: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "sin_($0)",
  accuracy: ulps(4, 2 ** -22),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.sin(a[i]!);
  },
  derivative: ([x]) => [call("cos", x!)],
};

export const cos: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "cos_($0)",
  accuracy: ulps(4, 2 ** -22),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.cos(a[i]!);
  },
  derivative: ([x]) => [call("neg", call("sin", x!))],
};

export const tanh: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "tanh_($0)",
  accuracy: ulps(4, 1e-5),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.tanh(a[i]!);
  },
  derivative: (_, y) => [call("sub", 1, call("square", y))],
};

export const sigmoid: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "sigmoid_($0)",
  accuracy: ulps(14),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) {
      const e = Math.exp(-Math.abs(a[i]!));
      o[i] = a[i]! >= 0 ? 1 / (1 + e) : e / (1 + e);
    }
  },
  derivative: (_, y) => [call("mul", y, call("sub", 1, y))],
};

export const softplus: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "softplus_($0)",
  accuracy: ulps(8, 2 ** -20),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.max(a[i]!, 0) + Math.log1p(Math.exp(-Math.abs(a[i]!)));
  },
  derivative: ([x]) => [call("sigmoid", x!)],
};

export const erf: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "erf_($0)",
  accuracy: ulps(8, 2 ** -21),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = erfOf(a[i]!);
  },
  derivative: ([x]) => [call("mul", 2 / Math.sqrt(Math.PI), call("exp", call("neg", call("square", x!))))],
};

export const erfInv: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [between(-0.9, 0.9)],
  wgsl: "erfInv_($0)",
  accuracy: ulps(64, 2 ** -19), // log's 2⁻²¹ under a square root and a polynomial
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = erfInvOf(a[i]!);
  },
  derivative: (_, y) => [call("mul", Math.sqrt(Math.PI) / 2, call("exp", call("square", y)))],
};
