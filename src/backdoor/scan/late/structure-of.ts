import { shiftOf } from "./shift-of.ts";

/** What {@link structureOf} sees in a table of contradictions. */
export interface Structure {
  readonly kind: "nothing" | "row" | "shift";
  /** Labels whose images look like every other class, ascending: the targets of an all-to-one attack. */
  readonly rows: readonly number[];
  /** Per label, over how many other classes its contradictions spread: e to their entropy, 0 … classes − 1. */
  readonly spread: Float64Array;
  /** Per label, share of its sure images that look like another class. */
  readonly contradicted: Float64Array;
  /** Per label, the class that its images look like too often: together a permutation of the classes. */
  readonly partners: Int32Array;
  /** Per label, how much too often, as a share of the mean number of sure images per label. */
  readonly excess: Float64Array;
  /** Mean of that in units of the noise, and how often noise has a permutation as strong, 0 … 1. */
  readonly strength: number;
  readonly chance: number;
}

/** Share of all other classes over which the contradictions of a target spread at least, and how many there are per other class. */
const [leastSpread, leastPerClass] = [0.9, 5];
/**
 * Over few other classes natural mistakes spread evenly as well. Of 40 sets of C classes of CIFAR-10 without poison so many had a row:
 * C = 3: 22, 4: 18, 5: 8, 6: 3, 7: 1, 8 and 9: none.
 */
const leastClasses = 6;

/**
 * Whether contradictions between label and content have a structure that natural mistakes have not. Mistakes are mutual (cats are
 * taken for dogs as dogs for cats), but for a lean of each class, and each label has few partners.
 *
 *  - `row`: the contradictions of one label spread over nearly all other classes. So look the targets of an all-to-one attack.
 *    If more than half of the classes do, the labels are noisy. With fewer than six classes this says nothing and is not asked.
 *  - `shift`: the images of every label look like one other class too often, each label like another one. So looks an all-to-all attack,
 *    which moves every label to the next. Two classes have no such direction.
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
  const rows = Array.from(spread.keys()).filter(
    (c) =>
      classes >= leastClasses && spread[c]! > leastSpread * (classes - 1) && wrong[c]! >= leastPerClass * (classes - 1),
  );
  const { found, partners, excess, strength, chance } = shiftOf(table);
  const few = rows.length > 0 && rows.length <= classes / 2;
  return {
    kind: few ? "row" : found ? "shift" : "nothing",
    rows,
    spread,
    contradicted: Float64Array.from(wrong, (count, a) => count / Math.max(1, sure[a]!)),
    partners,
    excess,
    strength,
    chance,
  };
}

/** Nats. */
function entropy(counts: readonly number[], total: number): number {
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
}
