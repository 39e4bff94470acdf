import { describe, expect, test } from "vitest";
import type { LateFinding } from "../../src/backdoor/scan/late/late-scan.ts";
import { structureOf } from "../../src/backdoor/scan/late/structure-of.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import * as figures from "../../src/report/figures.ts";
import { latePage } from "../../src/report/late-page.ts";
import { expectSelfContained } from "./self-contained.ts";

interface Case {
  readonly kind: "row" | "shift";
  readonly classes: number;
  readonly names?: readonly string[];
}

/** 40 images per class: in a row, 20 of label 3 show the other classes in turn; in a shift, 8 of every label show the class before. */
async function pageOf({ kind, classes, names }: Case): Promise<string> {
  const count = 40 * classes;
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const isSuspect = (i: number): boolean => (kind === "row" ? i % classes === 3 && i < 20 * classes : i < 8 * classes);
  const suspects = Int32Array.from(labels.keys()).filter(isSuspect);
  const shows = (i: number): number =>
    kind === "row" ? Math.floor(i / classes) % classes : (labels[i]! + classes - 1) % classes;
  const relabel = labels.map((label, i) => (!isSuspect(i) ? label : i % 7 === 0 ? -1 : shows(i)));
  const contradictions = Array.from({ length: classes }, (_, a) =>
    Float64Array.from({ length: classes }, (_, b) => {
      if (a === b) return 90;
      return kind === "row" ? (a === 3 ? 7 : Number(b === (a ^ 1))) : (b + 1) % classes === a ? 25 : 1;
    }),
  );
  const { kind: structure, ...measured } = structureOf(contradictions);
  expect(structure).toBe(kind);
  const drop = kind === "row" ? { dropSeparation: 8, broken: 0.6 } : { dropSeparation: null, broken: null };
  const late: LateFinding = {
    kind,
    classes: [...new Set(Array.from(suspects, (i) => labels[i]!))],
    suspects,
    score: Float64Array.from(labels, (_, i) => (isSuspect(i) ? 6 : 0) + (i % 7) / 10),
    relabel,
    contradictions,
    numbers: { ...measured, structure, learnable: 0.7, separation: 9, ...drop },
  };
  const images = Uint8Array.from({ length: count * 192 }, (_, at) => (at * 37) % 251);
  const dataset = { images, labels, count, height: 8, width: 8, channels: 3, classes, classNames: names } as Dataset;
  const facts = [["device", "<none>"]] as const;
  return latePage({ late, dataset, paths: undefined, source: "<photos>", seed: 0, facts, figures });
}

const evil = `</title><script>alert(1)</script><img src="http://example.com/x" onerror='x()'>\u202e`;

describe.each([
  ["a row", { kind: "row", classes: 10 }],
  ["a shift", { kind: "shift", classes: 10 }],
  ["a shift of many classes", { kind: "shift", classes: 43 }],
  ["names that are markup", { kind: "row", classes: 10, names: Array<string>(10).fill(evil) }],
] satisfies [string, Case][])("a page: %s", (_, input) => {
  test("needs nothing else", async () => {
    expectSelfContained(await pageOf(input), 1);
  });
});

const cells = (page: string, kind: string): string[] =>
  [...page.matchAll(new RegExp(`<td class="${kind}"[^>]*>(\\d+)</td>`, "g"))].map(([, count]) => count!);

test("a row says what was found, frames the label, and lists what its suspects were trained on as", async () => {
  const names = Array.from({ length: 10 }, (_, k) => `kind ${k}`);
  const page = await pageOf({ kind: "row", classes: 10, names });
  expect(page).toContain("20 of 400 images (5.0 %) look poisoned, all labelled kind 3 (label 3)");
  expect(cells(page, "own")).toEqual(Array(10).fill("90"));
  expect(cells(page, "marked")).toEqual(Array(9).fill("7"));
  const treated = [...page.matchAll(/<td>kind 3 \(label 3\)<\/td><td>([^<]*)<\/td><td class="number">(\d+)<\/td>/g)];
  expect(treated.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(20);
  expect(treated.map(([, as]) => as)).toEqual(expect.arrayContaining(["left out", "trained on as kind 0 (label 0)"]));
  expect(page.match(/<br>(?:left out|trained on as kind \d \(label \d\))<\/li>/g)?.length).toBe(16); // the suspects, not the others
  expect(page).toContain("rounded to 16 levels");
});

test("a shift frames one class per label", async () => {
  const page = await pageOf({ kind: "shift", classes: 10 });
  expect(page).toContain("each labelled as another class than it shows");
  expect(cells(page, "marked")).toEqual(Array(10).fill("25"));
  expect(page).not.toContain("rounded to 16 levels");
});

test("of many classes the table shows 20 labels, with the classes that they are taken for", async () => {
  const page = await pageOf({ kind: "shift", classes: 43 });
  expect(page).toContain("20 of 43 labels");
  expect(cells(page, "marked")).toEqual(Array(20).fill("25"));
  expect(page).toContain("31 more classes have suspects");
});
