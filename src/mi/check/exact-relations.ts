import { grad } from "../../autodiff/grad.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { add, mul } from "../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { RandomStream } from "../float64/random-stream.ts";
import { EstimatorError } from "./estimator-error.ts";
import type { Subject } from "./subject.ts";
import { matrixOf, numberOf, vectorOf } from "./subject.ts";

const rounding = 1e-5; // numbers of a formula are f32

/** Scores and a companion of some pairs. */
interface Case {
  readonly n: number;
  readonly scores: readonly number[];
  readonly companion: readonly number[];
}

const grid = (stream: RandomStream, range: number): number => (stream.below(16 * range + 1) - 8 * range) / 8;

/** n from 3 to 8, scores of multiples of 1/8 up to ±4, exact in f32. */
function drawCase(stream: RandomStream): Case {
  const n = 3 + stream.below(6);
  const draw = (count: number, range: number): number[] => Array.from({ length: count }, () => grid(stream, range));
  return { n, scores: draw(n * n, 4), companion: draw(n, 1) };
}

/**
 * What must hold of every matrix: a finite scalar; the same for pairs in another order; unchanged by the shift that the facts name;
 * at most the cap; and a gradient that is the value's slope.
 */
export async function checkRelations(subject: Subject, stream: RandomStream, runs: number): Promise<void> {
  const { estimator, options } = subject;
  const { shift, gradient } = estimator.facts;
  for (let run = 0; run < runs; run++) {
    const drawn = drawCase(stream);
    const { n, scores } = drawn;
    const program = subject.value(matrixOf(scores, n), vectorOf(drawn.companion));
    if (program.shape.length !== 0 || program.dtype !== "f32") {
      throw fault(subject, drawn, [`its value is ${program.dtype}[${program.shape}]`, "expects f32[]: one number"]);
    }
    const value = await numberOf(program);
    if (!Number.isFinite(value)) throw fault(subject, drawn, [`its value is ${value}`, "expects a finite number"]);
    await expectSame(subject, permuted(drawn, stream), value, "depends on the order of the pairs", drawn);
    if (shift !== "none") {
      const shifts = Array.from({ length: n }, () => grid(stream, 2));
      const by = (i: number): number => shifts[shift === "row" ? i : 0]!;
      const moved = { ...drawn, scores: scores.map((score, at) => score + by(Math.floor(at / n))) };
      await expectSame(subject, moved, value, `says shift: "${shift}", and such a shift changes it`, drawn);
    }
    await checkSlope(subject, drawn, gradient !== "surrogate");
    const cap = estimator.cap?.(n, options) ?? Number.POSITIVE_INFINITY;
    for (const at of [drawn, certain(drawn)]) {
      const reached = await valueOf(subject, at);
      if (!Number.isFinite(reached)) throw fault(subject, at, [`its value is ${reached}`, "expects a finite number"]);
      if (reached > cap + rounding) throw fault(subject, at, [`its value is ${reached}, above its cap ${cap}`]);
    }
  }
}

/** What a critic says that is sure of every pair. */
function certain({ n, companion }: Case): Case {
  const scores = Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 30 : -30));
  return { n, scores, companion };
}

async function valueOf(subject: Subject, { n, scores, companion }: Case): Promise<number> {
  return numberOf(subject.value(matrixOf(scores, n), vectorOf(companion)));
}

async function expectSame(subject: Subject, changed: Case, value: number, says: string, drawn: Case): Promise<void> {
  const other = await valueOf(subject, changed);
  if (Math.abs(other - value) <= rounding * (1 + Math.abs(value))) return;
  throw fault(subject, drawn, [says, `${value} before, ${other} after`]);
}

/** PSPᵀ. */
function permuted({ n, scores, companion }: Case, stream: RandomStream): Case {
  const order = Array.from({ length: n }, (_, i) => i);
  // one cycle: estimators that compare a pair with the next keep their neighbours
  const turn = 1 + stream.below(n - 1);
  const to = (i: number): number => order[(i + turn) % n]!;
  return {
    n,
    scores: scores.map((_, at) => scores[to(Math.floor(at / n)) * n + to(at % n)]!),
    companion: companion.map((_, i) => companion[to(i)]!),
  };
}

const step = 1 / 256;

/** The gradient along a random direction against a difference of values: in the scores, and in the companion. */
async function checkSlope(subject: Subject, drawn: Case, isOfValue: boolean): Promise<void> {
  const { n, scores, companion } = drawn;
  const along = (values: readonly number[]): number[] => values.map((_, i) => (((i * 7) % 5) - 2) / 2);
  const [a, b] = [matrixOf(along(scores), n), vectorOf(along(companion))];
  const [s, c] = [matrixOf(scores, n), vectorOf(companion)];
  const slope = async (gradient: AnyTensor, direction: AnyTensor): Promise<number> =>
    numberOf(sum(mul(gradient, direction)));
  const difference = async (at: (t: number) => AnyTensor): Promise<number> => {
    const [far, near] = [await central(at, step), await central(at, step / 2)];
    return near + (near - far) / 3; // Richardson
  };
  const found = [
    [
      "scores",
      await slope(grad((x: AnyTensor) => subject.value(x, c))(s), a),
      (t: number) => subject.value(add(s, mul(a, t)), c),
    ],
    [
      "companion",
      await slope(grad((x: AnyTensor) => subject.value(s, x))(c), b),
      (t: number) => subject.value(s, add(c, mul(b, t))),
    ],
  ] as const;
  for (const [what, analytic, at] of found) {
    if (!Number.isFinite(analytic)) throw fault(subject, drawn, [`its gradient in the ${what} is ${analytic}`]);
    if (!isOfValue) continue;
    const expected = await difference(at);
    if (Math.abs(analytic - expected) > 1e-3 * (1 + Math.abs(expected))) {
      throw fault(subject, drawn, [
        `its gradient in the ${what} is not that of its value: ${analytic}, differences ${expected}`,
        'if that is meant, say gradient: "surrogate"',
      ]);
    }
  }
}

async function central(at: (t: number) => AnyTensor, h: number): Promise<number> {
  return ((await numberOf(at(h))) - (await numberOf(at(-h)))) / (2 * h);
}

function fault(
  { estimator: { name } }: Subject,
  { n, scores }: Case,
  lines: readonly [string, ...string[]],
): EstimatorError {
  const rows = Array.from({ length: n }, (_, i) => `[${scores.slice(i * n, (i + 1) * n).join(", ")}]`);
  const [first, ...rest] = lines;
  return new EstimatorError(`${name}: ${first}`, [...rest, "scores", ...rows.map((row) => `  ${row}`)]);
}
