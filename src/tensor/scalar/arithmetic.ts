import { roundHalfToEven } from "../half.ts";
import { call, constant } from "./expression.ts";
import type { Derivative, Row } from "./row.ts";
import { between, distinct, exact, float, isInteger, numeric, one, positive, signed, ulps, wide, zero } from "./row.ts";

// Rows of `table.ts`: nothing else is exported here.

export const add: Row<"binary"> = {
  form: "binary",
  dtypes: numeric,
  domains: [wide, wide],
  wgsl: "($0 + $1)",
  accuracy: ulps(1),
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! + b[i]!;
  },
  derivative: () => [one, one],
};

export const sub: Row<"binary"> = {
  form: "binary",
  dtypes: numeric,
  domains: [wide, wide],
  wgsl: "($0 - $1)",
  accuracy: ulps(1),
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! - b[i]!;
  },
  derivative: () => [one, constant(-1)],
};

export const mul: Row<"binary"> = {
  form: "binary",
  dtypes: numeric,
  domains: [wide, wide],
  wgsl: "($0 * $1)",
  accuracy: ulps(1),
  loop(n, o, a, b, _, dtype) {
    if (isInteger(dtype)) for (let i = 0; i < n; i++) o[i] = Math.imul(a[i]!, b[i]!);
    else for (let i = 0; i < n; i++) o[i] = a[i]! * b[i]!;
  },
  derivative: ([a, b]) => [b!, a!],
};

export const div: Row<"binary"> = {
  form: "binary",
  dtypes: float,
  domains: [wide, positive],
  wgsl: "($0 / $1)",
  accuracy: ulps(3),
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! / b[i]!;
  },
  derivative: ([, b], y) => [call("div", 1, b!), call("neg", call("div", y, b!))],
};

export const neg: Row<"same"> = {
  form: "same",
  dtypes: signed,
  domains: [wide],
  wgsl: "(-$0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = -a[i]!;
  },
  derivative: () => [constant(-1)],
};

export const square: Row<"same"> = {
  form: "same",
  dtypes: numeric,
  domains: [wide],
  wgsl: "($0 * $0)",
  accuracy: ulps(1),
  loop(n, o, a, _b, _c, dtype) {
    if (isInteger(dtype)) for (let i = 0; i < n; i++) o[i] = Math.imul(a[i]!, a[i]!);
    else for (let i = 0; i < n; i++) o[i] = a[i]! * a[i]!;
  },
  derivative: ([x]) => [call("mul", 2, x!)],
};

// ties: the first operand takes the gradient. Told by the result, so that relu's mask needs its stored output alone
const toTheChosen: Derivative = ([a], y) => [
  call("select", call("equal", y, a!), 1, 0),
  call("select", call("equal", y, a!), 0, 1),
];

export const maximum: Row<"binary"> = {
  form: "binary",
  dtypes: numeric,
  domains: [distinct, distinct],
  wgsl: "maximum_($0, $1)",
  integerWgsl: "max($0, $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) {
      const x = a[i]!;
      const y = b[i]!;
      o[i] = x >= y || Number.isNaN(x) ? x : y;
    }
  },
  derivative: toTheChosen,
};

export const minimum: Row<"binary"> = {
  form: "binary",
  dtypes: numeric,
  domains: [distinct, distinct],
  wgsl: "minimum_($0, $1)",
  integerWgsl: "min($0, $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) {
      const x = a[i]!;
      const y = b[i]!;
      o[i] = x <= y || Number.isNaN(x) ? x : y;
    }
  },
  derivative: toTheChosen,
};

export const abs: Row<"same"> = {
  form: "same",
  dtypes: signed,
  domains: [distinct],
  wgsl: "abs($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.abs(a[i]!);
  },
  derivative: ([x]) => [call("sign", x!)],
};

export const sign: Row<"same"> = {
  form: "same",
  dtypes: signed,
  domains: [distinct],
  wgsl: "sign_($0)",
  integerWgsl: "sign($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.sign(a[i]!);
  },
  derivative: zero,
};

export const copySign: Row<"binary"> = {
  form: "binary",
  dtypes: float,
  domains: [distinct, distinct],
  wgsl: "copySign_($0, $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = b[i]! < 0 || Object.is(b[i], -0) ? -Math.abs(a[i]!) : Math.abs(a[i]!);
  },
  derivative: ([a, b]) => [call("mul", call("sign", a!), call("copySign", 1, b!)), null],
};

export const floor: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [distinct],
  wgsl: "floor($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.floor(a[i]!);
  },
  derivative: zero,
};

export const ceil: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [distinct],
  wgsl: "ceil($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.ceil(a[i]!);
  },
  derivative: zero,
};

export const trunc: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [distinct],
  wgsl: "trunc($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.trunc(a[i]!);
  },
  derivative: zero,
};

export const round: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [distinct],
  wgsl: "round($0)", // half to even
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = roundHalfToEven(a[i]!);
  },
  derivative: zero,
};

export const mod: Row<"binary"> = {
  form: "binary",
  dtypes: numeric,
  domains: [between(2.25, 2.9), between(1, 1.1)], // quotients of 2 and a fraction: a multiple of the divisor is taken off
  wgsl: "mod_($0, $1)", // sign of the divisor, as NumPy and Python
  accuracy: ulps(1), // the remainder is exact, the divisor may be added to it
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) {
      const rest = a[i]! % b[i]!; // exact, with the dividend's sign
      o[i] = rest !== 0 && rest < 0 !== b[i]! < 0 ? rest + b[i]! : rest;
    }
  },
  derivative: ([a, b]) => [one, call("neg", call("floorDiv", a!, b!))],
};

export const floorDiv: Row<"binary"> = {
  form: "binary",
  dtypes: numeric,
  domains: [between(0.25, 0.9), between(1, 2)],
  wgsl: "floorDiv_($0, $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) {
      const rest = a[i]! % b[i]!;
      const down = rest !== 0 && rest < 0 !== b[i]! < 0 ? 1 : 0;
      // (a − rest) / b is whole but for its rounding
      o[i] = b[i] === 0 ? a[i]! / b[i]! : Math.round((a[i]! - rest) / b[i]!) - down;
    }
  },
  derivative: zero,
};
