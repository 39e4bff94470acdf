import { call } from "./expression.ts";
import type { Row } from "./row.ts";
import { between, float, ulps, wide } from "./row.ts";

// Rows of `table.ts`: nothing else is exported here.

export const sinh: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "sinh_($0)",
  accuracy: ulps(16),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.sinh(a[i]!);
  },
  derivative: ([x]) => [call("cosh", x!)],
};

export const cosh: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "cosh_($0)",
  accuracy: ulps(16),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.cosh(a[i]!);
  },
  derivative: ([x]) => [call("sinh", x!)],
};

export const asinh: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [wide],
  wgsl: "asinh_($0)",
  accuracy: ulps(16),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.asinh(a[i]!);
  },
  derivative: ([x]) => [call("rsqrt", call("add", call("square", x!), 1))],
};

export const acosh: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [between(1.25, 4)],
  wgsl: "acosh_($0)",
  accuracy: ulps(16),
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.acosh(a[i]!);
  },
  derivative: ([x]) => [
    call("div", 1, call("mul", call("sqrt", call("sub", x!, 1)), call("sqrt", call("add", x!, 1)))),
  ],
};

/** The angle of the point (b, a). */
export const atan2: Row<"binary"> = {
  form: "binary",
  dtypes: float,
  domains: [wide, between(0.5, 3)],
  wgsl: "atan2_($0, $1)", // WGSL's own is 4096 units off
  accuracy: ulps(16),
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = Math.atan2(a[i]!, b[i]!);
  },
  derivative: ([a, b]) => {
    const squares = call("add", call("square", a!), call("square", b!));
    return [call("div", b!, squares), call("neg", call("div", a!, squares))];
  },
};
