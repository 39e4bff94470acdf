import type { ScalarFn } from "./table.ts";

/**
 * Scalar expressions: what an elementwise op computes for one element.
 * One expression gives the WGSL, the reference loop and the derivative; `table.ts` knows its functions.
 */
export type Expr =
  | { readonly kind: "arg"; readonly index: number }
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "call"; readonly fn: ScalarFn; readonly args: readonly Expr[] };

/** Argument `index` of the op: its inputs in order. */
export const arg = (index: number): Expr => ({ kind: "arg", index });
/** A number. */
export const constant = (value: number): Expr => ({ kind: "const", value });
/** A scalar function of expressions and numbers: `call("mul", arg(0), 2)`. */
export function call(fn: ScalarFn, ...args: readonly (Expr | number)[]): Expr {
  return { kind: "call", fn, args: args.map((a) => (typeof a === "number" ? constant(a) : a)) };
}

/** Substitutes `values` for the arguments and interprets calls with `interpret`. */
export function fold<T>(
  expr: Expr,
  values: readonly T[],
  interpret: { constant(value: number): T; call(fn: ScalarFn, args: readonly T[]): T },
): T {
  const seen = new Map<Expr, T>();
  const visit = (e: Expr): T => {
    if (e.kind === "arg") return values[e.index]!;
    if (e.kind === "const") return interpret.constant(e.value);
    const known = seen.get(e);
    if (known !== undefined) return known;
    const value = interpret.call(e.fn, e.args.map(visit));
    seen.set(e, value);
    return value;
  };
  return visit(expr);
}
