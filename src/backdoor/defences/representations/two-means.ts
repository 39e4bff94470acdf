/**
 * Lloyd's algorithm for two clusters. It begins once per column, with the rows of positive and of other values there, and keeps the
 * result of the smallest sum of squares: the same rows give the same clusters.
 *
 * @param rows - `(n, width)`, row-major; of mean 0.
 * @returns per row its cluster, 0 or 1, cluster 1 being the smaller. All rows are in cluster 0 where no two differ.
 * @example
 * ```ts
 * import { twoMeans } from "deconfound/backdoor";
 *
 * console.log(String(twoMeans([-1, -1.1, -0.9, 3], 1))); // 0,0,0,1
 * ```
 */
export function twoMeans(rows: ArrayLike<number>, width: number): Uint8Array {
  const n = rows.length / width;
  let best = { clusters: new Uint8Array(n), squares: Number.POSITIVE_INFINITY };
  for (let column = 0; column < width; column++) {
    const start = Uint8Array.from({ length: n }, (_, i) => (rows[i * width + column]! > 0 ? 1 : 0));
    const found = settle(rows, width, start);
    if (found.squares < best.squares) best = found;
  }
  const ones = best.clusters.reduce((sum, cluster) => sum + cluster, 0);
  return ones > n / 2 ? best.clusters.map((cluster) => 1 - cluster) : best.clusters;
}

const most = 300; // rounds

function settle(
  rows: ArrayLike<number>,
  width: number,
  start: Uint8Array<ArrayBuffer>,
): { clusters: Uint8Array<ArrayBuffer>; squares: number } {
  let clusters = start;
  for (let round = 0; ; round++) {
    const centres = centresOf(rows, width, clusters);
    if (centres === null) return { clusters: new Uint8Array(clusters.length), squares: Number.POSITIVE_INFINITY };
    let squares = 0;
    const next = clusters.map((_, row) => {
      const distances = centres.map((centre) => squaredDistance(rows, row * width, centre));
      squares += Math.min(...distances);
      return distances[1]! < distances[0]! ? 1 : 0;
    });
    if (round === most || next.every((cluster, i) => cluster === clusters[i])) return { clusters, squares };
    clusters = next;
  }
}

/** Null where one of them is empty. */
function centresOf(rows: ArrayLike<number>, width: number, clusters: Uint8Array): readonly Float64Array[] | null {
  const [centres, counts] = [
    [new Float64Array(width), new Float64Array(width)],
    [0, 0],
  ];
  clusters.forEach((cluster, row) => {
    counts[cluster]!++;
    for (let j = 0; j < width; j++) centres[cluster]![j]! += rows[row * width + j]!;
  });
  if (counts.includes(0)) return null;
  return centres.map((centre, cluster) => centre.map((sum) => sum / counts[cluster]!));
}

function squaredDistance(rows: ArrayLike<number>, start: number, centre: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < centre.length; j++) sum += (rows[start + j]! - centre[j]!) ** 2;
  return sum;
}
