import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Scan } from "../../src/backdoor/scan/scan.ts";
import { scanCsv, scanResults } from "../../src/cli/scan-results.ts";
import { readSuspects } from "../../src/cli/suspects-file.ts";
import type { Dataset } from "../../src/data/dataset.ts";

const folder = mkdtempSync(join(tmpdir(), "deconfound-"));
afterAll(() => rmSync(folder, { recursive: true }));

function scanned(score: readonly number[], suspects: readonly number[], paths?: readonly string[]) {
  const scan = {
    found: suspects.length > 0,
    classes: [1],
    suspects: Int32Array.from(suspects),
    score: Float64Array.from(score),
    separation: 7,
    threshold: 5,
    learnable: 1,
  } as unknown as Scan;
  const labels = Int32Array.from(score, (_, i) => i % 2);
  return { scan, dataset: { count: score.length, labels, classes: 2 } as Dataset, paths, seconds: 3 };
}

test("JSON names the suspects alone, the most suspect first, by their place in the order of the files", () => {
  const { suspects, ...rest } = scanResults(scanned([0.5, 1, 9, 3, 2], [1, 3], ["a", "b", "c", "d", "e"]));
  expect(rest).toEqual({ found: true, rate: 0.4, classes: [1], separation: 7, threshold: 5, seconds: 3 });
  expect(suspects).toEqual([
    { index: 3, path: "d", label: 1, score: 3 },
    { index: 1, path: "b", label: 1, score: 1 },
  ]);
});

test("paths are null where images have no files of their own", () => {
  expect(scanResults(scanned([0, 1], [1])).suspects[0]!.path).toBeNull();
});

test("CSV ranks all images, those that the scan names first", () => {
  expect(scanCsv(scanned([0.5, 1, 9], [1]))).toBe(
    "index,label,score,rank,suspect,path\n1,1,1,1,1,\n2,0,9,2,0,\n0,0,0.5,3,0,\n",
  );
});

test("a path that a spreadsheet would take for a formula or that holds commas stays one harmless cell", () => {
  const cells = scanCsv(scanned([3, 2, 1], [], ['=HYPERLINK("x")', "a,b.png", "c.png"])).split("\n");
  expect(cells.slice(1, 4)).toEqual(['0,0,3,1,0,"./=HYPERLINK(""x"")"', '1,1,2,2,0,"a,b.png"', "2,0,1,3,0,c.png"]);
});

test("whatever paths are called, the list is read back as it was written", async () => {
  const name = fc.string({ unit: fc.constantFrom(",", '"', "\n", "\r", "=", "é", "a", "\u2028") });
  const image = fc.record({ score: fc.double({ noNaN: true, min: -5, max: 5 }), named: fc.boolean(), path: name });
  await fc.assert(
    fc.asyncProperty(fc.array(image, { minLength: 1, maxLength: 8 }), async (images) => {
      const named = images.flatMap((one, i) => (one.named ? [i] : []));
      const input = scanned(
        images.map(({ score }) => score),
        named,
        images.map(({ path }) => path),
      );
      const file = join(folder, "suspects.csv");
      writeFileSync(file, scanCsv(input));
      const { rows } = await readSuspects(file);
      expect(rows.map(({ index }) => index!).sort((a, b) => a - b)).toEqual(images.map((_, i) => i));
      expect(new Set(rows.slice(0, named.length).map(({ index }) => index))).toEqual(new Set(named));
      for (const row of rows) {
        const { score, named, path } = images[row.index!]!;
        expect(row.suspicion).toBe(score + 0); // CSV has no −0
        expect(row.named).toBe(named);
        expect((row.path ?? "").replace(/^\.\//, "")).toBe(path);
      }
    }),
    { numRuns: 60 },
  );
});
