import { call } from "./expression.ts";
import type { Row } from "./row.ts";
import { boolean, comparable, exact, float, integer, numeric, wide } from "./row.ts";

// Rows of `table.ts`: nothing else is exported here.

export const equal: Row<"comparison"> = {
  form: "comparison",
  dtypes: comparable,
  domains: [wide, wide],
  wgsl: "($0 == $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! === b[i]! ? 1 : 0;
  },
  derivative: null,
};

export const notEqual: Row<"comparison"> = {
  form: "comparison",
  dtypes: comparable,
  domains: [wide, wide],
  wgsl: "(!($0 == $1))", // as != may be false of NaN,
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! !== b[i]! ? 1 : 0;
  },
  derivative: null,
};

export const less: Row<"comparison"> = {
  form: "comparison",
  dtypes: numeric,
  domains: [wide, wide],
  wgsl: "($0 < $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! < b[i]! ? 1 : 0;
  },
  derivative: null,
};

export const lessEqual: Row<"comparison"> = {
  form: "comparison",
  dtypes: numeric,
  domains: [wide, wide],
  wgsl: "($0 <= $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  derivative: null,
};

export const greater: Row<"comparison"> = {
  form: "comparison",
  dtypes: numeric,
  domains: [wide, wide],
  wgsl: "($0 > $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! > b[i]! ? 1 : 0;
  },
  derivative: null,
};

export const greaterEqual: Row<"comparison"> = {
  form: "comparison",
  dtypes: numeric,
  domains: [wide, wide],
  wgsl: "($0 >= $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! >= b[i]! ? 1 : 0;
  },
  derivative: null,
};

export const isFinite: Row<"test"> = {
  form: "test",
  dtypes: float,
  domains: [wide],
  wgsl: "isFinite_($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Number.isFinite(a[i]!) ? 1 : 0;
  },
  derivative: null,
};

export const isNaN: Row<"test"> = {
  form: "test",
  dtypes: float,
  domains: [wide],
  wgsl: "isNaN_($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Number.isNaN(a[i]!) ? 1 : 0;
  },
  derivative: null,
};

export const isInf: Row<"test"> = {
  form: "test",
  dtypes: float,
  domains: [wide],
  wgsl: "isInf_($0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = Math.abs(a[i]!) === Number.POSITIVE_INFINITY ? 1 : 0;
  },
  derivative: null,
};

export const logicalAnd: Row<"binary"> = {
  form: "binary",
  dtypes: boolean,
  domains: [wide, wide],
  wgsl: "($0 & $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! & b[i]!;
  },
  derivative: null,
};

export const logicalOr: Row<"binary"> = {
  form: "binary",
  dtypes: boolean,
  domains: [wide, wide],
  wgsl: "($0 | $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! | b[i]!;
  },
  derivative: null,
};

export const logicalXor: Row<"binary"> = {
  form: "binary",
  dtypes: boolean,
  domains: [wide, wide],
  wgsl: "($0 != $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! ^ b[i]!;
  },
  derivative: null,
};

export const logicalNot: Row<"same"> = {
  form: "same",
  dtypes: boolean,
  domains: [wide],
  wgsl: "(!$0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = 1 - a[i]!;
  },
  derivative: null,
};

export const bitAnd: Row<"binary"> = {
  form: "binary",
  dtypes: integer,
  domains: [wide, wide],
  wgsl: "($0 & $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! & b[i]!;
  },
  derivative: null,
};

export const bitOr: Row<"binary"> = {
  form: "binary",
  dtypes: integer,
  domains: [wide, wide],
  wgsl: "($0 | $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! | b[i]!;
  },
  derivative: null,
};

export const bitXor: Row<"binary"> = {
  form: "binary",
  dtypes: integer,
  domains: [wide, wide],
  wgsl: "($0 ^ $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! ^ b[i]!;
  },
  derivative: null,
};

export const bitNot: Row<"same"> = {
  form: "same",
  dtypes: integer,
  domains: [wide],
  wgsl: "(~$0)",
  accuracy: exact,
  loop(n, o, a) {
    for (let i = 0; i < n; i++) o[i] = ~a[i]!;
  },
  derivative: null,
};

export const shiftLeft: Row<"binary"> = {
  form: "binary",
  dtypes: integer,
  domains: [wide, { kind: "integer", below: 8 }],
  wgsl: "shiftLeft_($0, $1)",
  accuracy: exact,
  loop(n, o, a, b) {
    for (let i = 0; i < n; i++) o[i] = a[i]! << b[i]!;
  },
  derivative: null,
};

export const shiftRight: Row<"binary"> = {
  form: "binary",
  dtypes: integer,
  domains: [wide, { kind: "integer", below: 8 }],
  wgsl: "shiftRight_($0, $1)",
  accuracy: exact,
  loop(n, o, a, b, _, dtype) {
    if (dtype === "u32") for (let i = 0; i < n; i++) o[i] = a[i]! >>> b[i]!;
    else for (let i = 0; i < n; i++) o[i] = a[i]! >> b[i]!;
  },
  derivative: null,
};

export const select: Row<"select"> = {
  form: "select",
  dtypes: comparable,
  domains: [{ kind: "integer", below: 2 }, wide, wide],
  wgsl: "select($2, $1, $0)",
  accuracy: exact,
  loop(n, o, a, b, c) {
    for (let i = 0; i < n; i++) o[i] = a[i]! !== 0 ? b[i]! : c[i]!;
  },
  derivative: ([c]) => [null, call("select", c!, 1, 0), call("select", c!, 0, 1)],
};
