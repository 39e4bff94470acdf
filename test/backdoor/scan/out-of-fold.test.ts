import { describe, expect, it } from "vitest";
import { bestOutOfFold, outOfFold, twoFolds } from "../../../src/backdoor/scan/out-of-fold.ts";

describe("two folds", () => {
  it("hold each image once, the same ones every time", () => {
    const [first, second] = twoFolds(101);
    expect([first.length, second.length]).toEqual([50, 51]);
    expect(new Set([...first, ...second]).size).toBe(101);
    expect(twoFolds(101)).toEqual([first, second]);
  });

  const folds = [Int32Array.of(0, 1), Int32Array.of(2, 3)];

  it("give of each image what the network says that did not train on it", () => {
    const rows = [
      [1, 2, 3, 4],
      [10, 20, 30, 40],
    ];
    expect(outOfFold(folds, rows, 4)).toEqual(Float64Array.of(1, 2, 30, 40));
  });

  it("say which network is right on images that it has not seen, whatever it says of those that it has", () => {
    const truth = [1, 0, 1, 0];
    const knows = [1, 0, 0, 1]; // wrong where it trained, if that is the second fold
    const guesses = [1, 0, 0.6, 0.5];
    expect(bestOutOfFold(folds, [knows, guesses], truth)).toBe(0);
    expect(
      bestOutOfFold(
        folds,
        [
          [0.6, 0.5, 1, 0],
          [0, 1, 1, 0],
        ],
        truth,
      ),
    ).toBe(1);
  });
});
