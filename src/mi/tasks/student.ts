import { lgamma, polygamma } from "../../tensor/gamma-function.ts";
import type { Matrix } from "../float64/cholesky.ts";
import { cholesky } from "../float64/cholesky.ts";
import { makePoints } from "../float64/points.ts";
import { randomStream } from "../float64/random-stream.ts";
import { drawGaussian, gaussianTruth } from "./gaussian.ts";
import type { Task } from "./task.ts";

/** ln Γ(k/2) − (k/2)·ψ(k/2). */
const term = (k: number): number => lgamma(k / 2) - (k / 2) * polygamma(0, k / 2);

/**
 * I of a Student vector with dispersion Ω and ν degrees of freedom: that of the Gaussian with Ω, plus
 * c(ν) + c(ν + dx + dy) − c(ν + dx) − c(ν + dy), c(k) = ln Γ(k/2) − (k/2)·ψ(k/2). It is positive even for Ω = 1: x and y share their scale.
 *
 * Source: Arellano-Valle, Contreras-Reyes & Genton, Shannon Entropy and Mutual Information for Multivariate Skew-Elliptical
 * Distributions (2013), §3.
 */
export function studentTruth(dispersion: Matrix, featuresOfX: number, freedom: number): number {
  const [dx, d] = [featuresOfX, dispersion.length];
  const scale = term(freedom) + term(freedom + d) - term(freedom + dx) - term(freedom + d - dx);
  return gaussianTruth(dispersion, featuresOfX) + scale;
}

/** A Student vector, z·√(ν/χ²_ν) with z normal. @param freedom - ν, an integer. */
export function studentTask(
  id: string,
  summary: string,
  dispersion: Matrix,
  featuresOfX: number,
  freedom: number,
): Task {
  const lower = cholesky(dispersion);
  return {
    id,
    summary,
    features: { x: featuresOfX, y: dispersion.length - featuresOfX },
    truth: studentTruth(dispersion, featuresOfX, freedom),
    sample(count, seed) {
      const stream = randomStream(seed);
      const { x, y } = drawGaussian(count, lower, featuresOfX, stream);
      const scales = Float64Array.from({ length: count }, () => {
        let chiSquared = 0;
        for (let k = 0; k < freedom; k++) chiSquared += stream.normal() ** 2;
        return Math.sqrt(freedom / chiSquared);
      });
      const scaled = (z: typeof x): typeof x =>
        makePoints(count, z.features, (i, k) => z.values[i * z.features + k]! * scales[i]!);
      return { x: scaled(x), y: scaled(y) };
    },
  };
}
