import type { Expr } from "./expression.ts";
import { call, constant } from "./expression.ts";
import { scalarTable } from "./table.ts";

/** ∂expr/∂arg(index) as an expression; null where it is zero. */
export function differentiate(expr: Expr, index: number): Expr | null {
  if (expr.kind === "arg") return expr.index === index ? constant(1) : null;
  if (expr.kind === "const") return null;
  const rule = scalarTable[expr.fn].derivative;
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
