import { sum } from "../../src/tensor/ops/index.ts";
import { uniformInput } from "../random-values.ts";
import { exactly, leafOf } from "../reference.ts";
import type { Work } from "../work.ts";

/** Sums of a `(rows, columns)` matrix over one axis. */
function axisSum(axis: 0 | 1, rows: number, columns: number): Work {
  const inputs = { x: uniformInput([rows, columns], 4) };
  const results = axis === 0 ? columns : rows;
  return {
    name: `sum-axis-${axis}-${rows}x${columns}`,
    task: { kind: "sum", axis },
    inputs,
    initial: () => ({}),
    run: (state, { x }) => ({ state, outputs: { y: sum(x!, { axis }) } }),
    reference: async () => {
      const values = await exactly(sum(leafOf(inputs.x), { axis }));
      return [[{ output: "y", indices: Array.from({ length: results }, (_, i) => i), values, tolerance: 1e-4 }]];
    },
    flops: rows * columns,
    bytes: 4 * (rows * columns + results),
  };
}

export const axisSums: readonly Work[] = [axisSum(0, 1024, 4096), axisSum(1, 1024, 4096)];
