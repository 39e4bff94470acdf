/** A derivative by differences, element by element, and how far off it may be. */
export interface Estimate {
  readonly value: Float64Array;
  /** Infinite where no two steps agree. */
  readonly error: Float64Array;
}

const firstStep = 1 / 8;
const ratio = 4; // of a step to the next
const steps = 14; // down to 1/8·4⁻¹³ = 2e-9 of the first direction's length
const highestOrder = 5; // of the extrapolation: errors O(t²), O(t⁴) … O(t¹⁰)

/** The steps at which {@link extrapolate} asks for quotients, largest first. */
export const differenceSteps: readonly number[] = Array.from({ length: steps }, (_, k) => firstStep * ratio ** -k);

/**
 * The derivative at 0 from central quotients at shrinking steps: Ridders' method. Richardson extrapolation removes one power of t²
 * after another, and of all extrapolations the one counts that agrees best with its two neighbours; their distance is the error.
 * No step has to be chosen: large ones serve smooth functions, small ones functions with a pole or a fast oscillation nearby.
 *
 * @param quotient - (f(t) − f(−t)) / 2t for each element; NaN outside the domain.
 * @param noise - what rounding may do to f for each element: it puts a quotient off by noise / t.
 * @see C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Advances in Engineering Software 4 (1982)
 */
export function extrapolate(quotient: (t: number) => Float64Array, noise: ArrayLike<number>): Estimate {
  let previous: Float64Array[] = [];
  let best: Estimate | undefined;
  for (const [k, step] of differenceSteps.entries()) {
    const row = [quotient(step)];
    best ??= { value: row[0]!.slice().fill(Number.NaN), error: row[0]!.slice().fill(Number.POSITIVE_INFINITY) };
    let power = 1;
    for (let order = 1; order <= Math.min(k, highestOrder); order++) {
      power *= ratio * ratio;
      const [rough, earlier] = [row[order - 1]!, previous[order - 1]!];
      const refined = rough.map((value, i) => value + (value - earlier[i]!) / (power - 1));
      row.push(refined);
      refined.forEach((value, i) => {
        const error = Math.max(Math.abs(value - rough[i]!), Math.abs(value - earlier[i]!)) + noise[i]! / step;
        if (!(error < best!.error[i]!)) return;
        best!.value[i] = value;
        best!.error[i] = error;
      });
    }
    previous = row;
  }
  return best!;
}
