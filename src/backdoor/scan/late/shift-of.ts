import type { RandomStream } from "../../../data/random-stream.ts";
import { randomStream } from "../../../data/random-stream.ts";
import { bestAssignment } from "./best-assignment.ts";
import { quasiSymmetry } from "./quasi-symmetry.ts";

/** The permutation of the classes that a table of contradictions points to most. */
export interface Shift {
  readonly found: boolean;
  /** Per label, the class that its images look like more often than mutual mistakes explain: each class for one label. */
  readonly partners: Int32Array;
  /** Per label, how much more often, as a share of the mean number of sure images per label. */
  readonly excess: Float64Array;
  /** Mean excess of the permutation in units of the noise. */
  readonly strength: number;
  /** Share of tables of noise with a permutation as strong, 0 … 1. */
  readonly chance: number;
}

/** Two key words of the noise, and how many tables are drawn. */
const [key, draws] = [[0x73686966, 0] as const, 400];
/** The chance must be at most so much, and the mean excess larger than so much. */
const [mostChance, leastExcess] = [0.01, 0.01];

/**
 * Looks for an attack that moves every label to another class. The classes which the images of each label look like too often then make
 * up a permutation, and one that stands out. How much is asked of noise: tables of normal numbers have permutations too, and the best of
 * them is the measure. The noise is that of counts, or as large as that of the pairs outside the permutation where that is larger.
 *
 * @param table - J; see `contradictions`.
 * @example
 * ```ts
 * import { shiftOf } from "deconfound/backdoor";
 *
 * const { found, partners } = shiftOf([[90, 1, 9], [9, 90, 1], [1, 9, 90]]);
 * console.log(found, String(partners)); // true 2,0,1
 * ```
 */
export function shiftOf(table: readonly ArrayLike<number>[]): Shift {
  const classes = table.length;
  const { excess, z } = quasiSymmetry(table);
  const { partners, strength } = strongest(z);
  const stream = randomStream(key, 0);
  let reached = 0;
  for (let draw = 0; draw < draws; draw++) if (strongest(noiseLike(table, stream)).strength >= strength) reached++;
  const chance = (reached + 1) / (draws + 1);
  const mean = Math.max(1, table.reduce((sum, row) => sum + Array.from(row).reduce((a, b) => a + b, 0), 0) / classes);
  const own = Float64Array.from(partners, (b, a) => excess[a]![b]! / mean);
  const meanExcess = own.reduce((a, b) => a + b, 0) / classes;
  return {
    found: classes > 2 && chance <= mostChance && meanExcess > leastExcess,
    partners,
    excess: own,
    strength,
    chance,
  };
}

/** The best permutation without fixed points, and its mean weight over the noise. @param z - skew. */
function strongest(z: readonly Float64Array[]): { readonly partners: Int32Array; readonly strength: number } {
  const all = 1 + z.reduce((sum, row) => sum + row.reduce((a, b) => a + Math.abs(b), 0), 0);
  const partners = bestAssignment(z.map((row, a) => row.map((weight, b) => (a === b ? -all : weight)))); // a class is not its own
  let [squares, pairs] = [0, 0];
  for (let a = 0; a < z.length; a++) {
    for (let b = 0; b < a; b++) {
      if (partners[a] === b || partners[b] === a) continue;
      squares += z[a]![b]! ** 2;
      pairs++;
    }
  }
  const noise = Math.max(1, Math.sqrt(squares / Math.max(1, pairs)));
  return { partners, strength: partners.reduce((sum, b, a) => sum + z[a]![b]!, 0) / z.length / noise };
}

/** Skew normal numbers; 0 for classes that are never taken for each other. */
function noiseLike(table: readonly ArrayLike<number>[], stream: RandomStream): readonly Float64Array[] {
  const z = table.map(() => new Float64Array(table.length));
  for (let a = 0; a < table.length; a++) {
    for (let b = 0; b < a; b++) {
      if (table[a]![b]! + table[b]![a]! === 0) continue;
      z[a]![b] = Math.sqrt(-2 * Math.log(1 - stream.uniform(0, 1))) * Math.cos(2 * Math.PI * stream.uniform(0, 1));
      z[b]![a] = -z[a]![b]!;
    }
  }
  return z;
}
