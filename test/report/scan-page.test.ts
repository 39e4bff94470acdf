import { describe, expect, test } from "vitest";
import type { Scan } from "../../src/backdoor/scan/scan.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import * as figures from "../../src/report/figures.ts";
import { shownClasses } from "../../src/report/scan-groups.ts";
import { scanPage } from "../../src/report/scan-page.ts";
import { expectSelfContained } from "./self-contained.ts";

interface Case {
  readonly classes: number;
  readonly suspects: (index: number) => boolean;
  readonly size?: number;
  readonly channels?: number;
  readonly names?: readonly string[];
  readonly paths?: (index: number) => string;
  /** Nats of the lower right corner. */
  readonly need?: number;
}

async function pageOf({
  classes,
  suspects: isSuspect,
  size = 8,
  channels = 3,
  names,
  paths,
  need = 1,
}: Case): Promise<string> {
  const count = 40 * classes;
  let state = 1;
  const noise = (): number => (state = (state * 48271) % 2147483647); // what compresses worst
  const images = Uint8Array.from({ length: count * size * size * channels }, () => noise() >> 8);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const dataset = { images, labels, count, height: size, width: size, channels, classes, classNames: names } as Dataset;
  const suspects = Int32Array.from({ length: count }, (_, i) => i).filter(isSuspect);
  const flagged = [...new Set(Array.from(suspects, (i) => labels[i]!))].sort((a, b) => a - b);
  const losses = [1, 2].map((look) => Float32Array.from(labels, (_, i) => (isSuspect(i) ? 0.1 : 2 / look)));
  const scan = {
    found: suspects.length > 0,
    classes: flagged,
    suspects,
    score: Float64Array.from(labels, (_, i) => (isSuspect(i) ? 3 : 0) + (i % 7) / 10),
    separation: suspects.length > 0 ? 9 : 3,
    threshold: 5,
    learnable: suspects.length > 0 ? 1 : null,
    history: { steps: [156, 312], losses },
  } as unknown as Scan;
  const shown = shownClasses(scan, dataset, 0);
  const maps = shown.map(({ top }) => ({
    rows: 4,
    columns: 4,
    cell: size / 4,
    maps: top.slice(0, 2).map(() => new Float32Array(16).fill(need, 15)),
  }));
  return scanPage({
    scan,
    dataset,
    paths: paths === undefined ? undefined : Array.from(labels, (_, i) => paths(i)),
    source: "<photos & \u001b[31mmore>",
    shown,
    occlusion: scan.found ? maps : shown.map(() => undefined),
    facts: [
      ["seed", "0"],
      ["device", "<none>"],
    ],
    figures,
  });
}

const evil = `</title><script>alert(1)</script><img src="http://example.com/x" onerror='x()'>\u202e`;
const cases: readonly (readonly [string, Case])[] = [
  ["poison in one class", { classes: 4, suspects: (i) => i % 4 === 1 && i < 60 }],
  ["a whole class", { classes: 3, suspects: (i) => i % 3 === 0 }],
  ["many classes", { classes: 30, suspects: (i) => i < 300 }],
  ["nothing", { classes: 2, suspects: () => false }],
  ["four channels", { classes: 2, channels: 4, suspects: (i) => i % 10 === 0 }],
  ["one channel", { classes: 2, channels: 1, suspects: (i) => i % 10 === 0 }],
  [
    "names that are markup",
    { classes: 2, suspects: (i) => i % 8 === 0, names: [evil, evil], paths: (i) => `${evil}${i}.png` },
  ],
];

describe.each(cases)("a page: %s", (_, input) => {
  test("fetches nothing, runs nothing, is well nested, and holds figures and images", async () => {
    const text = await pageOf(input);
    expectSelfContained(text, 2);
  });
});

test("what files are called is text on the page", async () => {
  const text = await pageOf(cases.at(-1)![1]);
  expect(text).toContain("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(text).not.toContain("<script>");
  expect(text).toContain("Scan of &lt;photos &amp; \\u{1b}[31mmore&gt;");
});

test("the verdict, where the mark is and the settings are there; of a set without suspects no mark", async () => {
  const found = await pageOf(cases[0]![1]);
  expect(found).toContain("15 of 160 images (9.4 %) look poisoned, all of class 1");
  expect(found).toContain("The network looks at one spot: rows 6 to 7, columns 6 to 7");
  expect(found).toContain("&lt;none&gt;");
  const nothing = await pageOf(cases[3]![1]);
  expect(nothing).toContain("Nothing found");
  expect(nothing).toContain("does not say that the set is clean");
  expect(nothing).not.toContain("Where the mark is");
});

test("a mark that no square hides is called no spot", async () => {
  const text = await pageOf({ classes: 2, suspects: (i) => i % 4 === 0, need: 0.05 });
  expect(text).toContain("No place is needed");
  expect(text).not.toContain("one spot");
});

test("classes that do not fit on a page are counted", async () => {
  expect(await pageOf(cases[2]![1])).toContain("18 more classes have suspects; suspects.csv lists all.");
});

test("the largest page is under 5 MB: many classes of large images of noise", async () => {
  const text = await pageOf({ classes: 12, size: 96, suspects: (i) => i < 240 });
  expect(text.length).toBeLessThan(5_000_000);
  expect(text.length).toBeGreaterThan(1_000_000); // or it holds no images
});
