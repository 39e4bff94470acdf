import * as arithmetic from "./arithmetic.ts";
import * as gamma from "./gamma.ts";
import * as hyperbolic from "./hyperbolic.ts";
import * as logic from "./logic.ts";
import type { Row } from "./row.ts";
import * as transcendental from "./transcendental.ts";

/*
 * The scalar functions: each exported constant of `arithmetic.ts`, `transcendental.ts`, `hyperbolic.ts`, `gamma.ts` and `logic.ts` is one row of the table.
 */

/** The rows by name. */
export type ScalarTable = typeof arithmetic & typeof transcendental & typeof hyperbolic & typeof gamma & typeof logic;
/** Name of a scalar function. */
export type ScalarFn = keyof ScalarTable;

export const scalarTable: Readonly<Record<ScalarFn, Row>> = {
  ...arithmetic,
  ...transcendental,
  ...hyperbolic,
  ...gamma,
  ...logic,
};
