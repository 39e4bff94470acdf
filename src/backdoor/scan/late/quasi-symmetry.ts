/** What a table has beyond quasi-symmetry. Both are skew: x[a][b] = −x[b][a]. */
export interface Asymmetry {
  /** Images labelled a that look like b, more than expected. */
  readonly excess: readonly Float64Array[];
  /** The same in standard deviations of a binomial distribution. */
  readonly z: readonly Float64Array[];
}

/** Added to each count, so that classes without any contradiction have a finite strength. */
const smoothing = 1;
const [rounds, tolerance] = [1000, 1e-9];

/**
 * How far a table of contradictions is from quasi-symmetry: from mistakes that are mutual but for a lean of each class. A network
 * that says "bird" too readily takes dogs for birds more often than birds for dogs; that is not an attack. Quasi-symmetry says
 *
 *     J[a][b] : J[b][a] = sₐ : s_b
 *
 * with one strength s per class, the model of Bradley and Terry for paired comparisons. The strengths are fitted by their likelihood; what
 * is left cannot be said class by class, such as a cycle through the classes.
 *
 * Source: Caussinus, Contribution à l'analyse statistique des tableaux de corrélation (1965); fit: Hunter, MM algorithms for generalized
 * Bradley–Terry models (2004).
 *
 * @param table - J, `classes` rows of `classes` counts; see `contradictions`. The diagonal is not read.
 * @example
 * ```ts
 * import { quasiSymmetry } from "deconfound/backdoor";
 *
 * const { excess } = quasiSymmetry([[0, 10, 30], [30, 0, 10], [10, 30, 0]]); // 0 looks like 2, 1 like 0, 2 like 1
 * console.log(excess.map((row) => Array.from(row, (x) => Math.round(x)).join()).join(" ")); // 0,-10,10 10,0,-10 -10,10,0
 * ```
 */
export function quasiSymmetry(table: readonly ArrayLike<number>[]): Asymmetry {
  const classes = table.length;
  const count = (a: number, b: number): number => table[a]![b]! + smoothing;
  const both = (a: number, b: number): number => count(a, b) + count(b, a);
  const others = (a: number): number[] => Array.from({ length: classes }, (_, b) => b).filter((b) => b !== a);
  const ahead = Array.from({ length: classes }, (_, a) => others(a).reduce((sum, b) => sum + count(a, b), 0));
  let strength = new Float64Array(classes).fill(1);
  for (let round = 0, change = 1; round < rounds && change > tolerance; round++) {
    const next = strength.map(
      (own, a) => ahead[a]! / others(a).reduce((sum, b) => sum + both(a, b) / (own + strength[b]!), 0),
    );
    const mean = Math.exp(next.reduce((sum, s) => sum + Math.log(s), 0) / classes);
    for (let a = 0; a < classes; a++) next[a]! /= mean;
    change = Math.max(...next.map((s, a) => Math.abs(s - strength[a]!)));
    strength = next;
  }
  const excess = table.map(() => new Float64Array(classes));
  const z = table.map(() => new Float64Array(classes));
  for (let a = 0; a < classes; a++) {
    for (const b of others(a)) {
      const share = strength[a]! / (strength[a]! + strength[b]!);
      excess[a]![b] = count(a, b) - both(a, b) * share;
      z[a]![b] = excess[a]![b]! / Math.sqrt(both(a, b) * share * (1 - share));
    }
  }
  return { excess, z };
}
