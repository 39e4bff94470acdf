import type { Op } from "../op.ts";
import { defineOp } from "../op.ts";
import { arg, call } from "../scalar/expression.ts";
import type { ScalarFn } from "../scalar/table.ts";
import { scalarTable } from "../scalar/table.ts";
import { checkDTypes, sameShapes } from "./operand.ts";

/** The record of a scalar function of the table: operands of one dtype and shape. */
function elementwise(fn: ScalarFn): Op<null> {
  const { form, dtypes, domains, accuracy, derivative } = scalarTable[fn];
  return defineOp<null>({
    name: fn,
    infer: (inputs) => {
      const found = checkDTypes(fn, inputs, dtypes);
      const dtype = form === "comparison" || form === "test" ? "bool" : found;
      return [{ shape: sameShapes(fn, inputs).shape, dtype }];
    },
    scalar: call(fn, ...domains.map((_, index) => arg(index))),
    ...(derivative === null ? { vjp: null } : {}),
    tolerance: accuracy,
    samples: () =>
      [[5], [2, 3], [], [1, 4, 1]].map((shape) => ({
        inputs: domains.map((domain) => ({ shape, dtype: dtypes[0]!, domain })),
        params: null,
      })),
  });
}

/** Scalar functions that have a record of their own making; `select` is computed by `where`. */
export type ElementwiseName = Exclude<ScalarFn, "select">;

const names = (Object.keys(scalarTable) as ScalarFn[]).filter((fn): fn is ElementwiseName => fn !== "select");

/** The records by name. The derivative of an elementwise op is made of these. */
export const elementwiseOps: Readonly<Record<ElementwiseName, Op<null>>> = Object.fromEntries(
  names.map((fn) => [fn, elementwise(fn)]),
) as Record<ElementwiseName, Op<null>>;
