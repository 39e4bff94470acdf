import { lgamma as lgammaOf, polygamma as polygammaOf } from "../gamma-function.ts";
import { call } from "./expression.ts";
import type { Row } from "./row.ts";
import { float, positive, ulps } from "./row.ts";

// Rows of `table.ts`: nothing else is exported here.

export const lgamma: Row<"unary"> = {
  form: "unary",
  dtypes: float,
  domains: [positive],
  wgsl: "lgamma_($0)",
  accuracy: ulps(16, 2 ** -18), // zero at 1 and 2: a difference of numbers up to 11
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = lgammaOf(a[i]!);
  },
  derivative: ([x]) => [call("polygamma", 0, x!)],
};

/** The first operand is the order, rounded to a whole number: no gradient by it. */
export const polygamma: Row<"binary"> = {
  form: "binary",
  dtypes: float,
  domains: [{ kind: "integer", below: 4 }, positive],
  wgsl: "polygamma_($0, $1)",
  accuracy: ulps(64, 2 ** -20), // order 0 is zero at 1.46
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = polygammaOf(a[i]!, b[i]!);
  },
  derivative: ([order, x]) => [null, call("polygamma", call("add", order!, 1), x!)],
};
