/** What a step costs by count, and what it took. */
export interface Observation {
  readonly flops: number;
  readonly bytes: number;
  readonly dispatches: number;
  readonly ms: number;
}

/** Milliseconds a FLOP, a byte and a dispatch; 0 where a term explains nothing. */
export interface CostModel {
  readonly flops: number;
  readonly bytes: number;
  readonly dispatches: number;
}

const terms = ["flops", "bytes", "dispatches"] as const;

export const predict = (model: CostModel, counts: Omit<Observation, "ms">): number =>
  terms.reduce((total, term) => total + model[term] * counts[term], 0);

/**
 * The non-negative constants with the least sum of squared relative errors: of all choices of terms, the best whose solution
 * has no negative one. With three terms there are seven.
 */
export function fitCosts(observations: readonly Observation[]): CostModel {
  let best: { model: CostModel; error: number } | undefined;
  for (let choice = 1; choice < 1 << terms.length; choice++) {
    const chosen = terms.filter((_, i) => ((choice >> i) & 1) === 1);
    const rows = observations.map((seen) => chosen.map((term) => seen[term] / seen.ms));
    const solution = leastSquares(rows);
    if (solution === null || solution.some((value) => !(value >= 0))) continue;
    const model = { flops: 0, bytes: 0, dispatches: 0 };
    for (const [i, term] of chosen.entries()) model[term] = solution[i]!;
    const error = observations.reduce((sum, seen) => sum + (predict(model, seen) / seen.ms - 1) ** 2, 0);
    if (best === undefined || error < best.error) best = { model, error };
  }
  return best!.model; // a single term with positive counts always has a positive solution
}

/** x with the least |A·x − 1|, by the normal equations, columns scaled to length 1; null where they are dependent. */
function leastSquares(rows: readonly (readonly number[])[]): number[] | null {
  const width = rows[0]!.length;
  const norms = Array.from({ length: width }, (_, i) => Math.hypot(...rows.map((row) => row[i]!)));
  if (norms.some((norm) => norm === 0)) return null;
  const scaled = rows.map((row) => row.map((value, i) => value / norms[i]!));
  const m = norms.map((_, i) => [
    ...norms.map((_, j) => scaled.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    scaled.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  for (let i = 0; i < width; i++) {
    const pivot = m[i]![i]!; // positive definite: no exchange of rows is needed
    if (pivot < 1e-10) return null;
    for (let j = 0; j < width; j++) {
      if (j === i) continue;
      const factor = m[j]![i]! / pivot;
      m[j] = m[j]!.map((value, k) => value - factor * m[i]![k]!);
    }
  }
  return m.map((row, i) => row[width]! / row[i]! / norms[i]!);
}
