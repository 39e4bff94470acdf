import { expect, test } from "vitest";
import { verdictOf } from "../../../src/backdoor/scan/verdict.ts";

const labels = Int32Array.from({ length: 1000 }, (_, i) => Math.floor(i / 100)); // ten classes of 100
const set = { count: 1000, labels, classNames: ["cat", "dog"] };
const first = (count: number, from = 0): Int32Array => Int32Array.from({ length: count }, (_, i) => from + i);
const sure = { found: true, suspects: first(50), separation: 9.94, threshold: 5, learnable: 0.98 };
const none = { found: false, suspects: new Int32Array(0), separation: 4.2, threshold: 5, learnable: null };

test("a part of one class: how many, of which class, how sure, and what it calls for", () => {
  const verdict = verdictOf(sure, set);
  expect(verdict).toMatchObject({
    kind: "poison",
    near: false,
    classes: [{ label: 0, name: "cat (label 0)", count: 100, suspects: 50 }],
  });
  expect(verdict.sentence).toBe(
    "50 of 1,000 images (5.0 %) look poisoned, all of class cat (label 0), 50 % of it, on clear evidence: what marks them calls for that label.",
  );
  expect(verdict.notes.join(" ")).toMatch(/apart 9\.94 times as far .* and from 5\.00 times on.*98 % of them/);
});

test("a class without a name is called by its number", () => {
  expect(verdictOf({ ...sure, suspects: first(10, 250) }, set).sentence).toContain("all of class 2, 10 % of it");
});

test("several classes are listed, the most suspect first, and no more than three", () => {
  const two = verdictOf({ ...sure, suspects: Int32Array.of(0, 100, 101) }, set);
  expect(two.sentence).toContain("of 2 classes (2 of dog (label 1), 1 of cat (label 0)), on clear");
  expect(two.sentence).toContain("the label that each of them has");
  const all = verdictOf({ ...sure, suspects: Int32Array.from({ length: 100 }, (_, i) => 10 * i) }, set);
  expect(all.sentence).toContain("10 of 2, 7 more)");
});

test("evidence is thin near the threshold, which is said, and fair in between", () => {
  const thin = verdictOf({ ...sure, separation: 5.2 }, set);
  expect([thin.near, thin.sentence.includes("on thin evidence")]).toEqual([true, true]);
  expect(thin.notes.join(" ")).toContain("hardly more than counts");
  for (const change of [{ separation: 6 }, { learnable: 0.85 }]) {
    const fair = verdictOf({ ...sure, ...change }, set);
    expect([fair.near, fair.sentence.includes("on fair evidence")]).toEqual([false, true]);
  }
});

test("most of a class may be an easy class, and is said to be", () => {
  const verdict = verdictOf({ ...sure, suspects: first(80) }, set);
  expect(verdict.kind).toBe("wholeClass");
  expect(verdict.notes.join(" ")).toMatch(/They are 80 % of class cat \(label 0\)\. A class that is easy/);
  expect(verdictOf({ ...sure, suspects: first(79) }, set).kind).toBe("poison");
});

test("more than half of the set may as well be the clean part", () => {
  const notes = (count: number): string => verdictOf({ ...sure, suspects: first(count) }, set).notes.join(" ");
  expect(notes(501)).toContain("More than half of all images");
  expect(notes(500)).not.toContain("More than half");
});

test("nothing found is not called clean: it says what was looked for", () => {
  const verdict = verdictOf(none, set);
  expect(verdict).toMatchObject({ kind: "nothing", near: false, classes: [] });
  expect(verdict.sentence).toMatch(
    /^Nothing found: no class .* \(at most 4\.20 times .*; from 5\.00 times on it counts\)\.$/,
  );
  expect(verdict.notes.join(" ")).toMatch(/Looked for: .* is not seen\. So this does not say that the set is clean\.$/);
});

test("nothing found near the threshold was close", () => {
  const close = verdictOf({ ...none, separation: 4.8 }, set);
  expect([close.kind, close.near, close.notes[0]]).toEqual(["nothing", true, expect.stringMatching(/^It was close/)]);
});

test("what stood apart and was not recognized is no poison", () => {
  const verdict = verdictOf({ ...none, separation: 5.3, learnable: 0.03 }, set);
  expect([verdict.kind, verdict.near]).toEqual(["unconfirmed", true]);
  expect(verdict.sentence).toContain("recognize only 3 % of them");
  expect(verdict.notes.join(" ")).not.toContain("It was close"); // those that had not seen them decided, not the threshold
});

test("where all images were learnt at once, a scan says that it could not tell", () => {
  const notes = (loss: number): string =>
    verdictOf({ ...none, history: { losses: [new Float32Array(1000).fill(loss)] } }, set).notes.join(" ");
  expect(notes(0.05)).toMatch(/^The small network had learnt nearly all images before its first look/);
  expect(notes(0.5)).not.toContain("before its first look");
});

test("names from files are made printable", () => {
  const evil = { ...set, classNames: ["\u001b[31mcat\n\u202e"] };
  expect(verdictOf(sure, evil).sentence).toContain("\\u{1b}[31mcat\\n\\u{202e} (label 0)");
});
