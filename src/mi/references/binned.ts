import type { OptionsOf } from "../../options/option.ts";
import type { Points, ReferenceEstimator } from "../estimator.ts";
import { countPoints } from "../float64/points.ts";

const options = {
  bins: {
    kind: "integer",
    default: 10,
    from: 2,
    to: 1000,
    unit: "bins",
    doc: "per feature, with equally many samples",
  },
} as const;

/** How finely the samples are counted. */
export type BinnedOptions = OptionsOf<typeof options>;

/** The bin of each sample: for each feature its share of ranks, written one after the other. */
function cellsOf({ values, count, features }: Points, bins: number): string[] {
  const cells = new Array<string>(count).fill("");
  for (let k = 0; k < features; k++) {
    const order = Array.from({ length: count }, (_, i) => i).sort(
      (i, j) => values[i * features + k]! - values[j * features + k]!,
    );
    let bin = 0;
    order.forEach((i, rank) => {
      const tied = rank > 0 && values[i * features + k] === values[order[rank - 1]! * features + k];
      if (!tied) bin = Math.floor((rank * bins) / count); // equal values share a bin
      cells[i] += `${bin},`;
    });
  }
  return cells;
}

/** −Σ p ln p of the samples' cells, with Miller's and Madow's correction (cells − 1)/2n. */
function entropyOf(cells: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  let entropy = (counts.size - 1) / (2 * cells.length);
  for (const count of counts.values()) entropy -= (count / cells.length) * Math.log(count / cells.length);
  return entropy;
}

/**
 * H(x) + H(y) − H(x, y) of the samples counted in bins with equally many samples per feature, each entropy corrected for its number of
 * cells. Bins lose information, few samples per cell add some: for one or two features a side.
 */
export const binned: ReferenceEstimator<BinnedOptions> = {
  name: "binned",
  summary: "counts in bins of equally many samples; for one or two features",
  source: "Miller (1955); Paninski, Estimation of Entropy and Mutual Information (2003), §4",
  facts: { bound: "neither", unit: "nats", optimum: "no critic", shift: "none", gradient: "none" },
  options,
  value(x, y, { bins }) {
    countPoints("binned", x, y);
    const [inX, inY] = [cellsOf(x, bins), cellsOf(y, bins)];
    return entropyOf(inX) + entropyOf(inY) - entropyOf(inX.map((cell, i) => `${cell};${inY[i]}`));
  },
};
