/**
 * Gives every row its own column so that the sum of the weights is largest: the assignment problem, by shortest augmenting paths with
 * potentials, in n³ steps.
 *
 * Source: Kuhn, The Hungarian Method for the Assignment Problem (1955); Jonker and Volgenant (1987).
 *
 * @param weights - n rows of n finite numbers.
 * @returns per row, its column.
 * @example
 * ```ts
 * import { bestAssignment } from "deconfound/backdoor";
 *
 * console.log(String(bestAssignment([[9, 8], [7, 1]]))); // 1,0
 * ```
 */
export function bestAssignment(weights: readonly ArrayLike<number>[]): Int32Array {
  const n = weights.length;
  const [rowPrice, columnPrice] = [new Float64Array(n), new Float64Array(n)];
  const rowOf = new Int32Array(n).fill(-1);
  for (let start = 0; start < n; start++) {
    const distance = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(n).fill(-1); // the column that a path comes from, −1: from the start
    const done = new Uint8Array(n);
    let [row, from, length] = [start, -1, 0];
    let end = -1;
    while (end < 0) {
      let nearest = -1;
      for (let column = 0; column < n; column++) {
        if (done[column] === 1) continue;
        const reduced = length - weights[row]![column]! - rowPrice[row]! - columnPrice[column]!;
        if (reduced < distance[column]!) {
          distance[column] = reduced;
          before[column] = from;
        }
        if (nearest < 0 || distance[column]! < distance[nearest]!) nearest = column;
      }
      done[nearest] = 1;
      length = distance[nearest]!;
      if (rowOf[nearest]! < 0) end = nearest;
      else [row, from] = [rowOf[nearest]!, nearest];
    }
    // prices keep every reduced cost ≥ 0, and 0 along the path
    rowPrice[start]! += length;
    for (let column = 0; column < n; column++) {
      if (done[column] === 0 || column === end) continue;
      rowPrice[rowOf[column]!]! += length - distance[column]!;
      columnPrice[column]! -= length - distance[column]!;
    }
    for (let column = end; column >= 0; column = before[column]!) {
      rowOf[column] = before[column]! < 0 ? start : rowOf[before[column]!]!;
    }
  }
  const columnOf = new Int32Array(n);
  rowOf.forEach((row, column) => {
    columnOf[row] = column;
  });
  return columnOf;
}
