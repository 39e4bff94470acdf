import type { DType, NumericArray, Precision } from "../dtype.ts";
import { allocate } from "../dtype.ts";
import type { Expr } from "./expression.ts";
import { fold } from "./expression.ts";
import { scalarTable } from "./table.ts";

/** Evaluates a scalar expression over whole arrays: the reference of every elementwise op. */
export function evaluateScalar(
  expr: Expr,
  inputs: readonly { readonly data: NumericArray; readonly dtype: DType }[],
  size: number,
  precision: Precision,
): NumericArray {
  type Lane = { data: NumericArray; dtype: DType };
  const numeric = inputs.find((input) => input.dtype !== "bool")?.dtype ?? "bool";
  return fold<Lane>(expr, inputs, {
    constant: (value) => ({ data: allocate(numeric, size, precision).fill(value), dtype: numeric }),
    call: (fn, args) => {
      const { form, loop } = scalarTable[fn];
      const operand = args[args.length - 1]!.dtype;
      const dtype: DType = form === "comparison" || form === "test" ? "bool" : operand;
      const out = allocate(dtype, size, precision);
      loop(size, out, args[0]!.data, args[1]?.data ?? out, args[2]?.data ?? out, operand);
      return { data: out, dtype };
    },
  }).data;
}
