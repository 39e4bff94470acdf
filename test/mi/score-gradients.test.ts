import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { club } from "../../src/mi/scores/club.ts";
import { donskerVaradhan } from "../../src/mi/scores/donsker-varadhan.ts";
import { infoNCE } from "../../src/mi/scores/info-nce.ts";
import { jensenShannon } from "../../src/mi/scores/jensen-shannon.ts";
import { leaveOneOut } from "../../src/mi/scores/leave-one-out.ts";
import type { MineState } from "../../src/mi/scores/mine.ts";
import { mine } from "../../src/mi/scores/mine.ts";
import { nwj } from "../../src/mi/scores/nwj.ts";
import { smile } from "../../src/mi/scores/smile.ts";
import { wassersteinDependence } from "../../src/mi/wasserstein/from-scores.ts";
import { mul } from "../../src/tensor/ops/elementwise.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { item, matrices, meanOf, offDiagonal, read, scoresOf } from "./random-scores.ts";

// Gradients in the scores against their closed forms (A1 of the specification), element by element.

type Form = (rows: number[][], i: number, j: number) => number;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const total = (values: readonly number[]): number => values.reduce((a, b) => a + Math.exp(b), 0);
const pairs = (rows: number[][]): number => rows.length * (rows.length - 1);
const js: Form = (rows, i, j) =>
  i === j ? sigmoid(-rows[i]![i]!) / rows.length : -sigmoid(rows[i]![j]!) / pairs(rows);

const forms: Record<string, { value: (scores: AnyTensor) => AnyTensor; form: Form }> = {
  infoNCE: {
    value: (s) => infoNCE.value(s),
    form: (rows, i, j) => ((i === j ? 1 : 0) - Math.exp(rows[i]![j]!) / total(rows[i]!)) / rows.length,
  },
  donskerVaradhan: {
    value: (s) => donskerVaradhan.value(s),
    form: (rows, i, j) => (i === j ? 1 / rows.length : -Math.exp(rows[i]![j]!) / total(offDiagonal(rows))),
  },
  nwj: {
    value: (s) => nwj.value(s),
    form: (rows, i, j) => (i === j ? 1 / rows.length : -Math.exp(rows[i]![j]! - 1) / pairs(rows)),
  },
  jensenShannon: { value: (s) => jensenShannon.value(s), form: js },
  smile: { value: (s) => smile.value(s, { clip: 2 }), form: js },
  leaveOneOut: {
    value: (s) => leaveOneOut.value(s),
    form: (rows, i, j) => {
      const others = rows.flatMap((row, k) => (k === j ? [] : [row[j]!]));
      return (i === j ? 1 : -Math.exp(rows[i]![j]!) / total(others)) / rows.length;
    },
  },
  club: { value: (s) => club.value(s), form: (rows, i, j) => (i === j ? 1 : 0) / rows.length - 1 / rows.length ** 2 },
  wasserstein: {
    value: (s) => wassersteinDependence.value(s),
    form: (rows, i, j) => (i === j ? 1 / rows.length : -1 / pairs(rows)),
  },
};

async function expectForm(rows: number[][], gradient: AnyTensor, form: Form): Promise<void> {
  const found = await read(gradient);
  const n = rows.length;
  found.forEach((value, at) => {
    const expected = form(rows, Math.floor(at / n), at % n);
    expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(expected))); // numbers of a formula are f32
  });
}

describe.each(Object.entries(forms))("the gradient of %s", (_, { value, form }) => {
  it("is its closed form", () =>
    fc.assert(
      fc.asyncProperty(matrices(), (rows) => expectForm(rows, grad(value)(scoresOf(rows)), form)),
      { numRuns: 25 },
    ));
});

describe("mine", () => {
  const decay = 0.5; // exact in f32
  const objective = (scores: AnyTensor, state: MineState): AnyTensor =>
    mine.fitting.objective(scores, { decay }, state).objective;
  const following = (scores: AnyTensor, state: MineState): MineState =>
    evaluateReference(mine.fitting.objective(scores, { decay }, state).state);

  it("starts with Donsker–Varadhan's gradient, and keeps it on a batch that repeats", () =>
    fc.assert(
      fc.asyncProperty(matrices(), async (rows) => {
        let state = mine.fitting.init();
        for (let step = 0; step < 4; step++) {
          const gradient = grad((s: AnyTensor) => objective(s, state))(scoresOf(rows));
          await expectForm(rows, gradient, forms["donskerVaradhan"]!.form);
          state = following(scoresOf(rows), state);
        }
      }),
      { numRuns: 8 },
    ));

  it("divides by the running mean, corrected for its start", async () => {
    const [first, second] = [
      [
        [1, 2],
        [0, 3],
      ],
      [
        [2, -1],
        [1, 0.5],
      ],
    ];
    const state = following(scoresOf(first), mine.fitting.init());
    const means = [first, second].map((rows) => meanOf(offDiagonal(rows).map(Math.exp)));
    const running = (0.25 * means[0]! + 0.5 * means[1]!) / 0.75; // 1 − 0.5²
    const gradient = grad((s: AnyTensor) => objective(s, state))(scoresOf(second));
    await expectForm(second, gradient, (rows, i, j) =>
      i === j ? 1 / rows.length : -Math.exp(rows[i]![j]!) / pairs(rows) / running,
    );
  });

  it("takes scores whose exponential would overflow", async () => {
    const rows = [
      [900, 800],
      [850, 900],
    ];
    let state = mine.fitting.init();
    for (let step = 0; step < 3; step++) state = following(scoresOf(rows), state);
    const gradient = await read(grad((s: AnyTensor) => objective(s, state))(scoresOf(rows)));
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(gradient[2]).toBeCloseTo(-1, 6); // all of the others' mass
    expect(await item(mul(state.count, 1))).toBe(3);
  });
});
