/** What {@link structureOf} sees in a table of contradictions. */
export interface Structure {
  readonly kind: "nothing" | "row" | "shift";
  /** Labels whose images look like every other class, ascending: the targets of an all-to-one attack. */
  readonly rows: readonly number[];
  /** Per label, the class that its images look like more often than the other way round. */
  readonly partners: Int32Array;
  /** How many classes are some label's partner. */
  readonly distinct: number;
  /** Per label, how much more often, as a share of the mean number of sure images per label. */
  readonly excess: Float64Array;
  /** Per label, over how many other classes its contradictions spread: e to their entropy, 0 … classes − 1. */
  readonly spread: Float64Array;
  /** Per label, share of its sure images that look like another class. */
  readonly contradicted: Float64Array;
}

/** Share of all other classes over which the contradictions of a target spread at least, and how many there are per other class. */
const [leastSpread, leastPerClass] = [0.9, 5];
/** A label's partner must be ahead by more than this share of a label's images. */
const leastExcess = 0.01;

/**
 * Whether contradictions between label and content have a structure that natural mistakes have not. Mistakes are mutual (cats are
 * taken for dogs as dogs for cats) and each label has few partners.
 *
 *  - `row`: the contradictions of one label spread over nearly all other classes. So look the targets of an all-to-one attack.
 *    More than half of the classes are not targets: then the labels are noisy.
 *  - `shift`: the class that a label's images are mistaken for most one-sidedly is another one for every label. So looks an
 *    all-to-all attack, which moves every label to the next one. Two classes have no such direction.
 *
 * Neither test uses how many images a class has.
 *
 * @param table - J; see `contradictions`.
 * @example
 * ```ts
 * import { structureOf } from "deconfound/backdoor";
 *
 * const shift = structureOf([[90, 1, 9], [9, 90, 1], [1, 9, 90]]);
 * console.log(shift.kind, String(shift.partners)); // shift 2,0,1
 * ```
 */
export function structureOf(table: readonly ArrayLike<number>[]): Structure {
  const classes = table.length;
  const sure = table.map((row) => Array.from(row).reduce((a, b) => a + b, 0));
  const off = table.map((row, a) => Array.from(row, (count, b) => (a === b ? 0 : count)));
  const wrong = off.map((row) => row.reduce((a, b) => a + b, 0));
  const spread = Float64Array.from(off, (row, a) => (wrong[a] === 0 ? 0 : Math.exp(entropy(row, wrong[a]!))));
  const mean = Math.max(1, sure.reduce((a, b) => a + b, 0) / classes);
  const partners = new Int32Array(classes);
  const excess = new Float64Array(classes).fill(Number.NEGATIVE_INFINITY);
  for (let a = 0; a < classes; a++) {
    for (let b = 0; b < classes; b++) {
      const ahead = (table[a]![b]! - table[b]![a]!) / mean;
      if (a !== b && ahead > excess[a]!) {
        excess[a] = ahead;
        partners[a] = b;
      }
    }
  }
  const rows = Array.from(spread.keys()).filter(
    (c) => spread[c]! > leastSpread * (classes - 1) && wrong[c]! >= leastPerClass * (classes - 1),
  );
  const distinct = new Set(partners).size;
  const shifted = distinct === classes && excess.every((ahead) => ahead > leastExcess);
  const one = rows.length > 0 && rows.length <= classes / 2;
  return {
    kind: one ? "row" : shifted ? "shift" : "nothing",
    rows,
    partners,
    distinct,
    excess,
    spread,
    contradicted: Float64Array.from(wrong, (count, a) => count / Math.max(1, sure[a]!)),
  };
}

/** Nats. */
function entropy(counts: readonly number[], total: number): number {
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
}
