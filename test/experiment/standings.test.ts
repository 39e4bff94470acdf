import { expect, test } from "vitest";
import type { Score } from "../../src/experiment/standings.ts";
import { standingsOf } from "../../src/experiment/standings.ts";
import { spreadOf } from "../../src/experiment/statistics.ts";

function score(attack: string, defence: string, seed: number, [ca, asr]: readonly [number, number | null]): Score {
  return {
    labels: { data: "d", attack, model: "m", defence, seed },
    undefended: defence === "none",
    ...{ ca, asr, cleanTargetRate: null, targetAccuracy: null, passes: 12, seconds: 10, flags: [] },
  };
}

test("mean and standard deviation of the sample", () => {
  expect(spreadOf([])).toBeNull();
  expect(spreadOf([3])).toEqual({ mean: 3, sd: null, count: 1 });
  expect(spreadOf([1, 3])).toEqual({ mean: 2, sd: Math.SQRT2, count: 2 });
});

const scores = [
  score("badnets", "none", 0, [90, 100]),
  score("badnets", "none", 1, [92, 98]),
  score("wanet", "none", 0, [90, 30]), // not learned
  score("blend", "none", 0, [80, 90]),
  score("badnets", "a", 0, [91, 2]),
  score("blend", "a", 0, [60, 40]),
  score("wanet", "a", 0, [90, 70]),
  score("badnets", "b", 0, [85, 12]),
  score("blend", "b", 0, [80, 10]),
  score("badnets", "c", 0, [91, 0]), // blend is missing
  score("none at all", "a", 0, [91, null]),
];

test("rows are ranked by their worst learned attack, incomplete ones last", () => {
  const [{ rows, learned, attacks }] = standingsOf(scores) as [ReturnType<typeof standingsOf>[number]];
  expect(attacks).toEqual(["badnets", "wanet", "blend", "none at all"]);
  expect(learned).toEqual(["badnets", "blend"]);
  expect(rows.map(({ defence, worst, missing }) => [defence, worst, missing])).toEqual([
    ["b", { attack: "badnets", asr: 12 }, []],
    ["a", { attack: "blend", asr: 40 }, []],
    ["none", { attack: "badnets", asr: 99 }, []],
    ["c", { attack: "badnets", asr: 0 }, ["blend"]],
  ]);
});

test("DER is 50 where nothing is gained, and pays for lost accuracy", () => {
  const [{ rows }] = standingsOf(scores) as [ReturnType<typeof standingsOf>[number]];
  const der = Object.fromEntries(rows.map((row) => [row.defence, row.der]));
  expect(der["none"]).toBe(50);
  expect(der["a"]).toBeCloseTo(((97 + 100) / 2 + (50 - 20 + 100) / 2) / 2, 10); // 91 against 91: nothing lost
  expect(der["b"]).toBeCloseTo(((87 - 6 + 100) / 2 + (80 + 100) / 2) / 2, 10);
});

test("without an undefended row nothing counts as learned, and nobody is ranked", () => {
  const [{ rows, learned }] = standingsOf(scores.filter(({ undefended }) => !undefended)) as [
    ReturnType<typeof standingsOf>[number],
  ];
  expect(learned).toEqual([]);
  expect(rows.map(({ worst, der }) => [worst, der])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ]);
});

test("a row costs the mean of its cells, each against the mean without a defence under the same attack", () => {
  const cost = (attack: string, defence: string, passes: number | null, seconds: number): Score => ({
    ...score(attack, defence, 0, [90, 90]),
    ...{ passes, seconds },
  });
  const costs = [
    ...[cost("badnets", "none", 10, 10), cost("badnets", "none", 10, 30), cost("blend", "none", 20, 10)],
    ...[cost("badnets", "a", 15, 30), cost("blend", "a", 20, 5)],
    ...[cost("badnets", "old", null, 20), cost("wanet", "alone", 5, 5)],
  ];
  const rows = Object.fromEntries(standingsOf(costs)[0]!.rows.map((row) => [row.defence, row.cost]));
  expect(rows["none"]).toMatchObject({ timesPasses: { mean: 1, most: 1 }, timesSeconds: { mean: 1, most: 1.5 } });
  expect(rows["a"]).toEqual({
    ...{ passes: 17.5, seconds: 17.5 },
    ...{ timesPasses: { mean: 1.25, most: 1.5 }, timesSeconds: { mean: 1, most: 1.5 } },
  });
  expect(rows["old"]).toEqual({ passes: null, seconds: 20, timesPasses: null, timesSeconds: { mean: 1, most: 1 } });
  expect(rows["alone"]).toEqual({ passes: 5, seconds: 5, timesPasses: null, timesSeconds: null });
});
