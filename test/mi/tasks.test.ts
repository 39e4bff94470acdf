import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/mi/float64/random-stream.ts";
import type { Points, Task } from "../../src/mi/index.ts";
import { cca, easyTasks, ksg, taskNamed, tasks } from "../../src/mi/index.ts";
import { bmiTasks } from "../../src/mi/tasks/bmi.ts";
import { hardTasks } from "../../src/mi/tasks/hard.ts";
import * as maps from "../../src/mi/tasks/maps.ts";
import { mixtureRatio } from "../../src/mi/tasks/mixture.ts";

// Every truth against a computation by another route: products of pairs, integrals on a grid, or the mean of the log-ratio over draws.

const ids =
  `1v1-normal-0.75 normal_cdf-1v1-normal-0.75 1v1-additive-0.1 1v1-additive-0.75 1v1-bimodal-0.75 wiggly-1v1-normal-0.75
half_cube-1v1-normal-0.75 student-identity-1-1-1 asinh-student-identity-1-1-1 swissroll_x-normal_cdf-1v1-normal-0.75
multinormal-dense-2-2-0.5 multinormal-dense-3-3-0.5 multinormal-dense-5-5-0.5 multinormal-dense-25-25-0.5 multinormal-dense-50-50-0.5
multinormal-sparse-2-2-2-2.0 multinormal-sparse-3-3-2-2.0 multinormal-sparse-5-5-2-2.0 multinormal-sparse-25-25-2-2.0
student-identity-2-2-1 student-identity-2-2-2 student-identity-3-3-2 student-identity-3-3-3 student-identity-5-5-2
student-identity-5-5-3 normal_cdf-multinormal-sparse-3-3-2-2.0 normal_cdf-multinormal-sparse-5-5-2-2.0
normal_cdf-multinormal-sparse-25-25-2-2.0 half_cube-multinormal-sparse-3-3-2-2.0 half_cube-multinormal-sparse-5-5-2-2.0
half_cube-multinormal-sparse-25-25-2-2.0 spiral-multinormal-sparse-3-3-2-2.0 spiral-multinormal-sparse-5-5-2-2.0
spiral-multinormal-sparse-25-25-2-2.0 spiral-normal_cdf-multinormal-sparse-3-3-2-2.0 spiral-normal_cdf-multinormal-sparse-5-5-2-2.0
spiral-normal_cdf-multinormal-sparse-25-25-2-2.0 asinh-student-identity-2-2-1 asinh-student-identity-3-3-2
asinh-student-identity-5-5-2`.split(/\s+/);

/** −½ ln(1 − ρ²). */
const ofPair = (rho: number): number => -Math.log1p(-rho * rho) / 2;

/** ∫ f by the midpoint rule, after t ↦ sinh-like stretching where tails are long. */
function integrate(f: (x: number) => number, from: number, to: number, steps: number): number {
  const h = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += f(from + (i + 0.5) * h);
  return sum * h;
}

/** E f(t, u) for a Student vector by its scale s = ν/χ²: Monte-Carlo over the radii that its log-ratio depends on. */
function studentByDraws(d: number, freedom: number, draws: number): { mean: number; error: number } {
  const stream = randomStream(99);
  const squares = (k: number): number => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += stream.normal() ** 2;
    return sum;
  };
  // ln t_ν(z; k) up to what cancels is −(ν + k)/2·ln(1 + |z|²/ν); constants by the Gaussian integral over radii below
  const constant = logConstant(2 * d, freedom) - 2 * logConstant(d, freedom);
  let [sum, squared] = [0, 0];
  for (let i = 0; i < draws; i++) {
    const scale = freedom / squares(freedom);
    const [x, y] = [scale * squares(d), scale * squares(d)];
    const tail = (k: number, r: number): number => (-(freedom + k) / 2) * Math.log1p(r / freedom);
    const ratio = constant + tail(2 * d, x + y) - tail(d, x) - tail(d, y);
    sum += ratio;
    squared += ratio * ratio;
  }
  const mean = sum / draws;
  return { mean, error: Math.sqrt((squared / draws - mean * mean) / draws) };
}

/** ln of the density at 0 of a Student vector of k features: minus ln ∫ (1 + |z|²/ν)^(−(ν+k)/2) dz, integrated over the radius. */
function logConstant(k: number, freedom: number): number {
  // |z| = tan θ: the integrand becomes smooth on (0, π/2)
  const radial = integrate(
    (theta) => {
      const r = Math.tan(theta);
      return r ** (k - 1) * (1 + (r * r) / freedom) ** (-(freedom + k) / 2) * (1 + r * r);
    },
    0,
    Math.PI / 2,
    20_000,
  );
  let area = k % 2 === 0 ? 2 * Math.PI : 2; // surface of the unit sphere: S_{k+2} = S_k·2π/k
  for (let n = k % 2 === 0 ? 2 : 1; n < k; n += 2) area *= (2 * Math.PI) / n;
  return -Math.log(area * radial);
}

/** The truth of a task without its maps. */
const baseOf = (id: string): string =>
  id.replace(/^(?:spiral-|normal_cdf-|half_cube-|asinh-|wiggly-|swissroll_x-|cubic-)+/, "");

function independentTruth(id: string): { value: number; within: number } {
  const base = baseOf(id);
  const numbers = base.split("-").slice(1).map(Number);
  if (base === "1v1-normal-0.75" || base === "1v1-bimodal-0.75") return { value: ofPair(0.75), within: 1e-12 };
  if (base === "1v1-normal-0") return { value: 0, within: 1e-15 };
  if (base.startsWith("multinormal-sparse")) return { value: 2 * ofPair(0.8), within: 1e-12 };
  if (base.startsWith("multinormal-dense")) {
    // only the means of x and of y matter: their correlation is n·ρ/(1 + (n − 1)ρ)
    const n = numbers[1]!;
    return { value: ofPair((n * 0.5) / (1 + (n - 1) * 0.5)), within: 1e-9 };
  }
  if (base.startsWith("staircase")) return { value: numbers[1]!, within: 1e-9 };
  if (base === "doe-128-0.5") return { value: 128 * ofPair(0.5), within: 1e-9 };
  if (base.startsWith("1v1-additive")) {
    const epsilon = numbers[1]!;
    const density = (y: number): number =>
      Math.max(0, Math.min(1, y + epsilon) - Math.max(0, y - epsilon)) / (2 * epsilon);
    const entropy = integrate(
      (y) => (density(y) > 0 ? -density(y) * Math.log(density(y)) : 0),
      -epsilon,
      1 + epsilon,
      100_000,
    );
    return { value: entropy - Math.log(2 * epsilon), within: 1e-6 };
  }
  if (base === "sign-0.2") {
    // noise of variance 0.2: E over it of ln 2/(1 + e^{−2y/σ²}), y = 1 + σ·z
    const deviation = Math.sqrt(0.2);
    const value = integrate(
      (z) =>
        (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
        Math.log(2 / (1 + Math.exp((-2 * (1 + deviation * z)) / 0.2))),
      -9,
      9,
      4000,
    );
    return { value, within: 1e-7 };
  }
  if (base === "1v1-X-0.9") {
    const parts = [0.9, -0.9].map((correlation) => ({ weight: 0.5, correlation }));
    const normal = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const value = integrate(
      (x) =>
        integrate(
          (y) => {
            const ratio = mixtureRatio(parts, x, y);
            return normal(x) * normal(y) * Math.exp(ratio) * ratio;
          },
          -7,
          7,
          400,
        ),
      -7,
      7,
      400,
    );
    return { value, within: 4 * taskNamed(id).truthError! };
  }
  const [, d, freedom] = numbers.slice(-3) as [number, number, number];
  const { mean, error } = studentByDraws(d, freedom, 20_000);
  return { value: mean, within: 4 * error };
}

describe("truths", () => {
  it("are bmi's forty ids, one to one", () => {
    expect(bmiTasks.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
    expect(hardTasks.length).toBe(14);
  });

  it.each(tasks.map((task) => [task.id, task] as const))("%s", (id, task) => {
    const { value, within } = independentTruth(id);
    expect(Math.abs(task.truth - value)).toBeLessThanOrEqual(within);
  });

  it("the first tier's are among them", () => {
    expect(easyTasks.map((id) => taskNamed(id).truth.toFixed(3))).toEqual(
      ["0.413", "0.413", "0.413", "0.413", "0.333", "0.224", "1.022", "0.000"], // the specification's column
    );
  });

  it("are bmi's published numbers", () => {
    const published = {
      "1v1-normal-0.75": 0.4133,
      "1v1-additive-0.1": 1.7094,
      "1v1-additive-0.75": 0.3333,
      "multinormal-dense-2-2-0.5": 0.2939,
      "multinormal-dense-50-50-0.5": 1.6243,
      "multinormal-sparse-25-25-2-2.0": 1.0217,
      "student-identity-1-1-1": 0.2242,
      "student-identity-2-2-1": 0.4319,
      "student-identity-2-2-2": 0.1931,
      "student-identity-3-3-2": 0.2909,
      "student-identity-3-3-3": 0.1787,
      "student-identity-5-5-2": 0.4482,
      "student-identity-5-5-3": 0.2985,
      "sign-0.2": 0.6589,
    };
    for (const [id, value] of Object.entries(published)) expect(taskNamed(id).truth).toBeCloseTo(value, 3);
  });
});

describe.each(tasks.map((task) => [task.id, task] as const))("samples of %s", (_, task) => {
  it("have the task's sizes, are finite, and are the same for the same seed", () => {
    const { x, y } = task.sample(64, 5);
    expect([x.count, x.features, y.count, y.features]).toEqual([64, task.features.x, 64, task.features.y]);
    expect([...x.values, ...y.values].every(Number.isFinite)).toBe(true);
    expect(task.sample(64, 5)).toEqual({ x, y });
    expect(task.sample(64, 6).x.values).not.toEqual(x.values);
  });
});

describe("samples agree with the truth", () => {
  const near = (task: Task, estimate: (x: Points, y: Points) => number, count: number, within: number): void => {
    const { x, y } = task.sample(count, 17);
    expect(Math.abs(estimate(x, y) - task.truth)).toBeLessThan(within);
  };
  it.each(["1v1-normal-0.75", "multinormal-dense-3-3-0.5", "multinormal-sparse-5-5-2-2.0", "staircase-20-4"])(
    "%s by canonical correlations",
    (id) => near(taskNamed(id), (x, y) => cca.value(x, y), 4000, 0.12),
  );
  it.each([
    "normal_cdf-1v1-normal-0.75",
    "1v1-additive-0.1",
    "1v1-additive-0.75",
    "1v1-bimodal-0.75",
    "wiggly-1v1-normal-0.75",
    "half_cube-1v1-normal-0.75",
    "asinh-student-identity-1-1-1",
    "swissroll_x-normal_cdf-1v1-normal-0.75",
    "sign-0.2",
    "1v1-X-0.9",
  ])("%s by nearest neighbours", (id) => near(taskNamed(id), (x, y) => ksg.value(x, y, { k: 5 }), 1200, 0.11));
  it("second moments do not see the mixture of opposite correlations", () => {
    const { x, y } = taskNamed("1v1-X-0.9").sample(4000, 3);
    expect(cca.value(x, y)).toBeLessThan(0.01);
  });
});

describe("maps", () => {
  const apply = (map: maps.SampleMap, from: number[]): number[] => {
    const to = new Float64Array(map.features(from.length));
    map.apply(Float64Array.from(from), to);
    return [...to];
  };
  it("are increasing in each feature", () => {
    const grid = Array.from({ length: 200 }, (_, i) => -5 + i / 20);
    for (const map of [maps.toUniform, maps.halfCube, maps.asinh, maps.cube, maps.wigglyX, maps.wigglyY]) {
      const values = apply(map, grid);
      expect(values.every((value, i) => i === 0 || value > values[i - 1]!)).toBe(true);
    }
  });
  it("to a mixture is the inverse of its distribution function", () => {
    const cdf = (x: number): number => apply(maps.toUniform, [x])[0]!;
    for (const u of [0.001, 0.2, 0.31, 0.9, 0.999]) {
      const x = apply(maps.bimodalX, [u])[0]!;
      expect(0.3 * cdf(x) + 0.7 * cdf(x - 5)).toBeCloseTo(u, 12);
    }
  });
  it("along a spiral is undone by the angle of the length, which it keeps", () => {
    const from = [0.3, -1.2, 2];
    const to = apply(maps.spiral(1, 2), from);
    const squared = from.reduce((sum, v) => sum + v * v, 0);
    expect(to.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(squared, 12);
    const angle = -squared / 3;
    expect(Math.cos(angle) * to[1]! - Math.sin(angle) * to[2]!).toBeCloseTo(from[1]!, 12);
    expect(to[0]).toBe(from[0]);
  });
  it("the roll's points lie at distance t/21", () => {
    const [a, b] = apply(maps.swissRoll, [0.5]) as [number, number];
    expect(Math.hypot(a, b)).toBeCloseTo((1.5 * Math.PI * 2) / 21, 12);
  });
});

it("an unknown id is answered with some that are near", () => {
  expect(() => taskNamed("student-identity-9")).toThrow(
    /there is no task "student-identity-9"\n {2}known: student-identity-1-1-1/,
  );
});
