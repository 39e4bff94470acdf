import { erf } from "../../tensor/error-function.ts";

/** A map of one sample's features, one to one on what it is given: it leaves mutual information as it is. */
export interface SampleMap {
  /** Features of the result, of how many. */
  features(given: number): number;
  apply(from: Float64Array, to: Float64Array): void;
}

/** One function of every feature. */
const ofEach = (f: (value: number) => number): SampleMap => ({
  features: (given) => given,
  apply(from, to) {
    for (let k = 0; k < from.length; k++) to[k] = f(from[k]!);
  },
});

/** The normal distribution function. */
const normalCdf = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

export const identity: SampleMap = ofEach((x) => x);
export const toUniform: SampleMap = ofEach(normalCdf);
/** x·√|x|: longer tails. */
export const halfCube: SampleMap = ofEach((x) => x * Math.sqrt(Math.abs(x)));
export const asinh: SampleMap = ofEach(Math.asinh);
export const cube: SampleMap = ofEach((x) => x ** 3);

/** Three sines on the identity, other ones for x and y; both are increasing. */
export const wigglyX: SampleMap = ofEach(
  (x) => x + 0.4 * Math.sin(x) + 0.2 * Math.sin(1.7 * x + 1) + 0.03 * Math.sin(3.3 * x - 2.5),
);
export const wigglyY: SampleMap = ofEach(
  (x) => x - 0.4 * Math.sin(0.4 * x) + 0.17 * Math.sin(1.3 * x + 3.5) + 0.02 * Math.sin(4.3 * x - 2.5),
);

/** Where an increasing function reaches a value, by bisection to the last bit. */
function inverse(f: (x: number) => number, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (f(middle) < value) low = middle;
    else high = middle;
  }
}

/** From a uniform number to a mixture of two unit normals. */
const mixture = (weight: number, first: number, second: number): SampleMap =>
  ofEach((u) => inverse((x) => weight * normalCdf(x - first) + (1 - weight) * normalCdf(x - second), u, -10, 15));

export const bimodalX: SampleMap = mixture(0.3, 0, 5);
export const bimodalY: SampleMap = mixture(0.5, -1, 3);

/** From a number in (0, 1) to a roll in the plane: t ↦ (t·cos t, t·sin t)/21, t = 1.5π(1 + 2u). */
export const swissRoll: SampleMap = {
  features: () => 2,
  apply(from, to) {
    const t = 1.5 * Math.PI * (1 + 2 * from[0]!);
    to[0] = (t * Math.cos(t)) / 21;
    to[1] = (t * Math.sin(t)) / 21;
  },
};

/** Turns features i and j by the angle |x|²/d: a rotation that keeps |x|, so it can be undone. */
export function spiral(i: number, j: number): SampleMap {
  return {
    features: (given) => given,
    apply(from, to) {
      const angle = from.reduce((sum, value) => sum + value * value, 0) / from.length;
      to.set(from);
      to[i] = Math.cos(angle) * from[i]! - Math.sin(angle) * from[j]!;
      to[j] = Math.sin(angle) * from[i]! + Math.cos(angle) * from[j]!;
    },
  };
}
