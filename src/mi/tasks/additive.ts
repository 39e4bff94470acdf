import { makePoints } from "../float64/points.ts";
import type { RandomStream } from "../float64/random-stream.ts";
import { randomStream } from "../float64/random-stream.ts";
import type { Task } from "./task.ts";

/** x drawn, y = x + noise, both of one feature. */
function additiveTask(
  id: string,
  summary: string,
  truth: number,
  draw: (stream: RandomStream) => [number, number],
): Task {
  return {
    id,
    summary,
    features: { x: 1, y: 1 },
    truth,
    sample(count, seed) {
      const stream = randomStream(seed);
      const [x, y] = [makePoints(count, 1, () => 0), makePoints(count, 1, () => 0)];
      for (let i = 0; i < count; i++) {
        const [value, noise] = draw(stream);
        x.values[i] = value;
        y.values[i] = value + noise;
      }
      return { x, y };
    },
  };
}

/** y = x + uniform noise in (−ε, ε), x uniform in (0, 1): h(y) − ln 2ε, h(y) of a trapezoid. */
export function additiveUniformTask(id: string, epsilon: number): Task {
  const truth = epsilon > 0.5 ? 1 / (4 * epsilon) : epsilon - Math.log(2 * epsilon);
  return additiveTask(id, `x uniform, y = x + uniform noise of ±${epsilon}`, truth, (stream) => [
    stream.uniform(),
    epsilon * (2 * stream.uniform() - 1),
  ]);
}

const steps = 2000; // of Simpson's rule; the integrand falls like a normal density

/** y = ±1 + normal noise: h(y) − h(noise), h(y) of a mixture of two, by Simpson's rule over ±(1 + 10σ). */
export function signTask(id: string, deviation: number): Task {
  const end = 1 + 10 * deviation;
  const normal = (z: number): number => Math.exp(-(z * z) / (2 * deviation ** 2));
  const density = (y: number): number => (normal(y - 1) + normal(y + 1)) / (2 * deviation * Math.sqrt(2 * Math.PI));
  let entropy = 0;
  for (let i = 0; i <= steps; i++) {
    const p = density(-end + (2 * end * i) / steps);
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    if (p > 0) entropy -= (weight * p * Math.log(p) * 2 * end) / (3 * steps);
  }
  const truth = entropy - Math.log(deviation * Math.sqrt(2 * Math.PI * Math.E));
  return additiveTask(id, `x = ±1, y = x + normal noise of ${deviation}`, truth, (stream) => [
    stream.uniform() < 0.5 ? -1 : 1,
    deviation * stream.normal(),
  ]);
}
