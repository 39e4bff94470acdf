import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alphaTuba } from "../../src/mi/scores/alpha-tuba.ts";
import { club } from "../../src/mi/scores/club.ts";
import { clubSample } from "../../src/mi/scores/club-sample.ts";
import { donskerVaradhan } from "../../src/mi/scores/donsker-varadhan.ts";
import { flo } from "../../src/mi/scores/flo.ts";
import { infoNCE } from "../../src/mi/scores/info-nce.ts";
import { interpolated } from "../../src/mi/scores/interpolated.ts";
import { jensenShannon } from "../../src/mi/scores/jensen-shannon.ts";
import { leaveOneOut } from "../../src/mi/scores/leave-one-out.ts";
import { mine } from "../../src/mi/scores/mine.ts";
import { nwj } from "../../src/mi/scores/nwj.ts";
import { smile } from "../../src/mi/scores/smile.ts";
import { tuba } from "../../src/mi/scores/tuba.ts";
import { sub } from "../../src/tensor/ops/elementwise.ts";
import {
  diagonalOf,
  item,
  matrices,
  matricesWithVector,
  meanOf,
  offDiagonal,
  scoresOf,
  vectorOf,
} from "./random-scores.ts";

// Relations that hold of every matrix of scores, between estimators. Each formula here is written out anew, in float64.

const runs = { numRuns: 40 };
const each = (holds: (rows: number[][]) => Promise<void>, least = 2): Promise<void> =>
  fc.assert(fc.asyncProperty(matrices(least), holds), runs);
const withVector = (holds: (rows: number[][], vector: number[]) => Promise<void>, least = 2): Promise<void> =>
  fc.assert(
    fc.asyncProperty(matricesWithVector(least), ({ rows, vector }) => holds(rows, vector)),
    runs,
  );
const logMeanExp = (values: readonly number[]): number => Math.log(meanOf(values.map(Math.exp)));
const dv = (rows: number[][]): number => meanOf(diagonalOf(rows)) - logMeanExp(offDiagonal(rows));
/** Numbers of a formula, such as ln n, are f32 in a program. */
const rounding = 1e-6;
function near(a: number, b: number): void {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(rounding * (1 + Math.abs(b)));
}

describe("values by their formulas", () => {
  it("Donsker–Varadhan", () => each(async (rows) => near(await item(donskerVaradhan.value(scoresOf(rows))), dv(rows))));
  it("InfoNCE", () =>
    each(async (rows) => {
      const expected = meanOf(rows.map((row, i) => row[i]! - logMeanExp(row)));
      near(await item(infoNCE.value(scoresOf(rows))), expected);
    }));
  it("NWJ", () =>
    each(async (rows) => {
      const expected = meanOf(diagonalOf(rows)) - meanOf(offDiagonal(rows).map((s) => Math.exp(s - 1)));
      near(await item(nwj.value(scoresOf(rows))), expected);
    }));
  it("Jensen–Shannon", () =>
    each(async (rows) => {
      const softplus = (x: number): number => Math.log1p(Math.exp(x));
      const expected = -meanOf(diagonalOf(rows).map((s) => softplus(-s))) - meanOf(offDiagonal(rows).map(softplus));
      near(await item(jensenShannon.value(scoresOf(rows))), expected);
    }));
  it("SMILE", () =>
    each(async (rows) => {
      const clipped = offDiagonal(rows).map((s) => Math.min(2, Math.max(-2, s)));
      near(await item(smile.value(scoresOf(rows), { clip: 2 })), meanOf(diagonalOf(rows)) - logMeanExp(clipped));
    }));
  it("TUBA", () =>
    withVector(async (rows, a) => {
      const others = rows.flatMap((row, i) => row.flatMap((s, j) => (i === j ? [] : [Math.exp(s - a[i]!)])));
      const expected = 1 + meanOf(rows.map((row, i) => row[i]! - a[i]!)) - meanOf(others);
      near(await item(tuba.value(scoresOf(rows), { baseline: vectorOf(a) })), expected);
    }));
  it("FLO", () =>
    withVector(async (rows, u) => {
      const ratio = (row: number[], i: number): number =>
        meanOf(row.flatMap((s, j) => (i === j ? [] : [Math.exp(s - row[i]! - u[i]!)])));
      const expected = 1 - meanOf(rows.map((row, i) => u[i]! + ratio(row, i)));
      near(await item(flo.value(scoresOf(rows), { dual: vectorOf(u) })), expected);
    }));
  it("I_α", () =>
    withVector(async (rows, a) => {
      const alpha = Math.fround(0.3);
      const b = (i: number, j: number): number =>
        Math.log(
          alpha * meanOf(rows[i]!.flatMap((s, k) => (k === j ? [] : [Math.exp(s)]))) + (1 - alpha) * Math.exp(a[i]!),
        );
      const joint = rows.flatMap((row, i) => row.flatMap((_, j) => (i === j ? [] : [row[i]! - b(i, j)])));
      const others = rows.flatMap((row, i) => row.flatMap((s, j) => (i === j ? [] : [Math.exp(s - b(i, i))])));
      const value = await item(interpolated.value(scoresOf(rows), { alpha, baseline: vectorOf(a) }));
      near(value, 1 + meanOf(joint) - meanOf(others));
    }));
  it("L1Out, over the other x of each y", () =>
    each(async (rows) => {
      const expected = meanOf(
        rows.map((row, j) => row[j]! - logMeanExp(rows.flatMap((other, i) => (i === j ? [] : [other[j]!])))),
      );
      near(await item(leaveOneOut.value(scoresOf(rows))), expected);
    }));
  it("CLUB, of all pairs and of the next one", () =>
    each(async (rows) => {
      near(await item(club.value(scoresOf(rows))), meanOf(diagonalOf(rows)) - meanOf(rows.flat()));
      const next = meanOf(rows.map((row, i) => row[i]! - row[(i + 1) % rows.length]!));
      near(await item(clubSample.value(scoresOf(rows))), next);
    }));
});

describe("relations between estimators", () => {
  it("NWJ ≤ DV, equal when the scores are normalised", () =>
    each(async (rows) => {
      const scores = scoresOf(rows);
      const value = await item(donskerVaradhan.value(scores));
      expect(await item(nwj.value(scores))).toBeLessThanOrEqual(value + rounding);
      const normaliser = logMeanExp(offDiagonal(rows)) - 1;
      near(await item(nwj.value(sub(scores, Math.fround(normaliser)))), value);
    }));
  it("SMILE is DV where nothing is clipped, and within τ of the mean of the diagonal", () =>
    each(async (rows) => {
      const scores = scoresOf(rows);
      near(await item(smile.value(scores, { clip: 6 })), await item(donskerVaradhan.value(scores)));
      const value = await item(smile.value(scores, { clip: 1 }));
      expect(Math.abs(value - meanOf(diagonalOf(rows)))).toBeLessThanOrEqual(1 + rounding);
    }));
  it("DV ≤ L1Out ≤ CLUB without the diagonal, and CLUB is (n − 1)/n of that", () =>
    each(async (rows) => {
      const scores = scoresOf(rows);
      const [lower, middle] = [await item(donskerVaradhan.value(scores)), await item(leaveOneOut.value(scores))];
      const upper = meanOf(diagonalOf(rows)) - meanOf(offDiagonal(rows));
      expect(lower).toBeLessThanOrEqual(middle + rounding);
      expect(middle).toBeLessThanOrEqual(upper + rounding);
      near(await item(club.value(scores)), ((rows.length - 1) / rows.length) * upper);
    }));
  it("I_1 is InfoNCE of the batch without one pair, I_0 with baseline 1 is NWJ", () =>
    withVector(async (rows, a) => {
      const n = rows.length;
      const baseline = vectorOf(a);
      const without = rows.flatMap((row, i) =>
        row.flatMap((_, j) => (i === j ? [] : [row[i]! - logMeanExp(row.filter((_, k) => k !== j))])),
      );
      near(await item(interpolated.value(scoresOf(rows), { alpha: 1, baseline })), meanOf(without));
      const ones = vectorOf(new Array<number>(n).fill(1));
      const value = await item(nwj.value(scoresOf(rows)));
      near(await item(interpolated.value(scoresOf(rows), { alpha: 0, baseline: ones })), value);
      near(await item(tuba.value(scoresOf(rows), { baseline: ones })), value);
    }));
  it("α-TUBA with α = 1 is the leave-one-out value of the rows: no lower bound", () =>
    withVector(async (rows, a) => {
      const expected = meanOf(rows.map((row, i) => row[i]! - logMeanExp(row.filter((_, j) => j !== i))));
      near(await item(alphaTuba.value(scoresOf(rows), { alpha: 1, baseline: vectorOf(a) })), expected);
    }));
  it("MINE's value is DV", () =>
    each(async (rows) => {
      const scores = scoresOf(rows);
      expect(await item(mine.value(scores, { decay: 0.9 }))).toBe(await item(donskerVaradhan.value(scores)));
    }));
});
