/** A point of an ROC curve, both 0 … 1. */
export interface RocPoint {
  /** Share of the negatives that are above the threshold. */
  readonly falsePositives: number;
  /** Share of the positives. */
  readonly truePositives: number;
}

/**
 * The ROC curve of a score that should be high for the positives: from (0, 0) to (1, 1), one point per distinct score.
 *
 * @returns no points where one side is empty, or a score is not finite.
 */
export function rocOf(scores: ArrayLike<number>, positive: (index: number) => boolean): readonly RocPoint[] {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const positives = order.filter(positive).length;
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0 || order.some((i) => !Number.isFinite(scores[i]))) return [];
  const points = [{ falsePositives: 0, truePositives: 0 }];
  let found = 0;
  for (const [at, i] of order.entries()) {
    if (positive(i)) found++;
    if (scores[order[at + 1] ?? -1] === scores[i]) continue; // a tie is one step
    points.push({ falsePositives: (at + 1 - found) / negatives, truePositives: found / positives });
  }
  return points;
}

/** Area under the curve by trapezoids: ties count half. */
export function areaUnder(points: readonly RocPoint[]): number {
  return points.slice(1).reduce((sum, { falsePositives, truePositives }, at) => {
    const before = points[at]!;
    return sum + ((falsePositives - before.falsePositives) * (truePositives + before.truePositives)) / 2;
  }, 0);
}

/** The points at which the curve turns, as far as a figure shows them. */
export function corners(points: readonly RocPoint[]): readonly RocPoint[] {
  const turns = points.filter(({ falsePositives, truePositives }, at) => {
    const [before, after] = [points[at - 1], points[at + 1]];
    if (before === undefined || after === undefined) return true;
    const flat = before.truePositives === truePositives && after.truePositives === truePositives;
    const upright = before.falsePositives === falsePositives && after.falsePositives === falsePositives;
    return !flat && !upright;
  });
  const most = 200;
  if (turns.length <= most) return turns;
  return Array.from({ length: most }, (_, i) => turns[Math.round((i * (turns.length - 1)) / (most - 1))]!);
}
