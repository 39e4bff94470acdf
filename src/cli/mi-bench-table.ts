import type { MiLine } from "./mi-bench-store.ts";
import { formatTable } from "./table.ts";

/** Tasks by estimators: the mean over the seeds, and the largest error of one of them. */
export function formatMiTable(lines: readonly MiLine[], estimators: readonly string[]): string {
  const ids = [...new Set(lines.map(({ task }) => task))];
  const rows = ids.map((id) => {
    const own = lines.filter(({ task }) => task === id);
    const cells = estimators.map((name) => {
      const found = own.filter(({ estimator }) => estimator === name);
      if (found.length === 0) return "–";
      const mean = found.reduce((sum, { estimate }) => sum + estimate, 0) / found.length;
      const worst = found.reduce((most, { error }) => (Math.abs(error) > Math.abs(most) ? error : most), 0);
      return `${mean.toFixed(3)} (${worst < 0 ? "" : "+"}${worst.toFixed(3)})`;
    });
    return [id, own[0]!.true.toFixed(3), ...cells];
  });
  return formatTable(["task", "true", ...estimators], rows);
}
