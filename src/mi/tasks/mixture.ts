import { makePoints } from "../float64/points.ts";
import type { RandomStream } from "../float64/random-stream.ts";
import { randomStream } from "../float64/random-stream.ts";
import type { Task } from "./task.ts";

/** A share of a mixture of normals around 0, by its correlation. */
export interface MixturePart {
  readonly weight: number;
  readonly correlation: number;
}

/**
 * ln p(x, y)/(p(x)·p(y)) of a mixture of standard normal pairs. The marginals are standard normal, whatever the parts:
 * ln Σ w·e^{ln N(y; ρx, 1 − ρ²) − ln N(y; 0, 1)}.
 */
export function mixtureRatio(parts: readonly MixturePart[], x: number, y: number): number {
  const terms = parts.map(({ weight, correlation: rho }) => {
    const variance = 1 - rho * rho;
    return Math.log(weight) + (y * y - (y - rho * x) ** 2 / variance - Math.log(variance)) / 2;
  });
  const most = Math.max(...terms);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}

function draw(parts: readonly MixturePart[], stream: RandomStream): [number, number] {
  let left = stream.uniform();
  const part = parts.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const { correlation: rho } = part ?? parts[parts.length - 1]!;
  const x = stream.normal();
  return [x, rho * x + Math.sqrt(1 - rho * rho) * stream.normal()];
}

const draws = 40_000;
const truthSeed = 20_260_000; // of its own: no sample of the task is in its truth

/** The mean of the log-ratio over draws, and its standard error. */
function monteCarlo(parts: readonly MixturePart[]): { readonly mean: number; readonly error: number } {
  const stream = randomStream(truthSeed);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < draws; i++) {
    const ratio = mixtureRatio(parts, ...draw(parts, stream));
    sum += ratio;
    squares += ratio * ratio;
  }
  const mean = sum / draws;
  return { mean, error: Math.sqrt((squares / draws - mean * mean) / draws) };
}

/** A mixture of normals, whose truth is a Monte-Carlo mean, made when it is first asked for. */
export function mixtureTask(id: string, summary: string, parts: readonly MixturePart[]): Task {
  let known: ReturnType<typeof monteCarlo> | undefined;
  const truth = (): ReturnType<typeof monteCarlo> => {
    known ??= monteCarlo(parts);
    return known;
  };
  return {
    id,
    summary,
    features: { x: 1, y: 1 },
    get truth() {
      return truth().mean;
    },
    get truthError() {
      return truth().error;
    },
    sample(count, seed) {
      const stream = randomStream(seed);
      const pairs = Array.from({ length: count }, () => draw(parts, stream));
      return { x: makePoints(count, 1, (i) => pairs[i]![0]), y: makePoints(count, 1, (i) => pairs[i]![1]) };
    },
  };
}
