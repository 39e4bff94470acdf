import { ConfigError } from "../../tensor/errors.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { isTensor } from "../../tensor/tensor.ts";
import type { Features } from "../critics/critic.ts";
import type { Points } from "../estimator.ts";
import { countPoints, makePoints, pointsBetween } from "../float64/points.ts";
import { randomStream } from "../float64/random-stream.ts";
import type { Pairs } from "../tasks/task.ts";

/** Draws as many pairs as one likes: a task, or a simulation of one's own. */
export interface Sampler {
  readonly features: Features;
  /** The same pairs for the same seed. */
  sample(count: number, seed: number): Pairs;
}

/** Samples in hand: tensors `f32 (n, d)` with their data on the host, or points. */
export interface Samples {
  readonly x: AnyTensor | Points;
  readonly y: AnyTensor | Points;
}

/** Pairs to train on and others to estimate on, none in both. */
export interface Source {
  readonly features: Features;
  /** Pairs to see the features' scale from. */
  readonly first: Pairs;
  /** Batch number `step`. */
  training(step: number, count: number): Pairs;
  /** Batches that no step trained on. */
  heldOut(batches: number, count: number): readonly Pairs[];
}

const seenFirst = 1024; // pairs
/** Streams of one seed: training, held out. A step draws from a seed of its own. */
const seedOf = (seed: number, stream: number, at: number): number => ((seed % 2 ** 20) * 4 + stream) * 2 ** 30 + at;

/** Fresh pairs for each step, and others to estimate on. */
export function sampledSource(sampler: Sampler, seed: number): Source {
  return {
    features: sampler.features,
    first: sampler.sample(seenFirst, seedOf(seed, 0, 0)),
    training: (step, count) => sampler.sample(count, seedOf(seed, 1, step)),
    heldOut: (batches, count) => Array.from({ length: batches }, (_, i) => sampler.sample(count, seedOf(seed, 2, i))),
  };
}

/** One half, drawn with the seed, to train on, batches from it with replacement; the other to estimate on. */
export function storedSource({ x, y }: Pairs, seed: number): Source {
  const n = countPoints("estimate", x, y, 16);
  const stream = randomStream(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const pick = (points: Points, at: (i: number) => number, count: number): Points =>
    makePoints(count, points.features, (i, k) => points.values[at(i) * points.features + k]!);
  const shuffled = { x: pick(x, (i) => order[i]!, n), y: pick(y, (i) => order[i]!, n) };
  const half = Math.floor(n / 2);
  const between = (from: number, to: number): Pairs => ({
    x: pointsBetween(shuffled.x, from, to),
    y: pointsBetween(shuffled.y, from, to),
  });
  return {
    features: { x: x.features, y: y.features },
    first: between(0, half),
    training(step, count) {
      const draw = randomStream(seedOf(seed, 3, step));
      const at = Array.from({ length: count }, () => draw.below(half));
      return { x: pick(shuffled.x, (i) => at[i]!, count), y: pick(shuffled.y, (i) => at[i]!, count) };
    },
    heldOut(batches, count) {
      const rest = n - half;
      const each = Math.min(count, Math.floor(rest / Math.min(batches, Math.max(2, Math.floor(rest / count)))));
      return Array.from({ length: Math.min(batches, Math.floor(rest / each)) }, (_, i) =>
        between(half + i * each, half + (i + 1) * each),
      );
    },
  };
}

/** Where pairs come from. @throws ConfigError for another value; ShapeError if the samples are no pairs. */
export async function sourceOf(given: Sampler | Samples, seed: number): Promise<Source> {
  if (typeof given === "object" && given !== null) {
    if ("sample" in given && typeof given.sample === "function") return sampledSource(given, seed);
    if ("x" in given && "y" in given) {
      return storedSource({ x: await pointsOf(given.x), y: await pointsOf(given.y) }, seed);
    }
  }
  throw new ConfigError(
    "estimate: the samples are neither drawn nor stored",
    ["expects { x, y } of equally many rows, or { features, sample(count, seed) } such as a task"],
    captureSite(),
  );
}

async function pointsOf(given: AnyTensor | Points): Promise<Points> {
  if (!isTensor(given)) return given as Points;
  const [count = 0, features = 1] = given.shape;
  return { values: Float64Array.from(await given.data()), count, features };
}
