import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, describe, expect, test } from "vitest";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import { poison } from "../../src/backdoor/poison.ts";
import type { ScanResults } from "../../src/cli/scan-results.ts";
import { selectImages } from "../../src/data/dataset.ts";
import { encodeArrays } from "../../src/data/formats/arrays.ts";
import { encodePng } from "../../src/formats/png.ts";
import { readDataset } from "../../src/node/read-dataset.ts";
import { writeFolder } from "../../src/node/write-folder.ts";
import { command } from "./capture.ts";

const images = join(process.env["DECONFOUND_DATA"] ?? "../shared/data", "cifar10");
const folder = mkdtempSync(join(tmpdir(), "deconfound-"));
const [data, out] = [join(folder, "set"), join(folder, "out")];
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!existsSync(images))("2,000 real images (skipped where there are none)", () => {
  test("BadNets among them is found, seen and cleaned", async () => {
    const parts = await readDataset(images);
    const train = selectImages(
      parts.train,
      Array.from({ length: 2000 }, (_, i) => i),
    );
    const { dataset, poisoned } = await poison(badnets, train, { rate: 0.1, target: 2 });
    const truth = new Set(poisoned);
    await writeFolder(data, encodeArrays(dataset, selectImages(parts.test, [0, 1])));

    const { code, out: printed, err } = await command(`scan ${data} --out ${out} --json`);
    expect(code, err).toBe(0);
    const results = JSON.parse(printed) as ScanResults;
    expect(Object.keys(results).join()).toBe("found,rate,classes,separation,threshold,seconds,suspects");
    expect(results).toMatchObject({ found: true, classes: [2], rate: results.suspects.length / 2000 });
    expect(results.separation).toBeGreaterThan(results.threshold);
    for (const row of results.suspects) expect(row).toMatchObject({ path: null, label: 2 });
    const right = results.suspects.filter(({ index }) => truth.has(index)).length;
    expect(right / results.suspects.length).toBeGreaterThan(0.9);
    expect(right / truth.size).toBeGreaterThan(0.9);
    expect(err).toMatch(/ images \(\d+\.\d %\) look poisoned, all of class bird \(label 2\)/);

    // the trigger covers rows and columns 28 to 30 or 29 to 31
    expect(readFileSync(join(out, "suspects.html"), "utf8")).toMatch(
      /looks at one spot: rows 2\d to 31, columns 2\d to 31/,
    );
    for (const [name, index] of [
      ["plain", dataset.labels.findIndex((_, i) => !truth.has(i))],
      ["stamped", poisoned[0]!],
    ] as const) {
      const pixels = dataset.images.subarray(index * 3072, (index + 1) * 3072);
      writeFileSync(join(folder, `${name}.png`), await encodePng({ pixels, height: 32, width: 32, channels: 3 }));
    }
    const shown = ["plain", "stamped"].map((name) => join(folder, `${name}.png`)).join(" ");
    const seen = await command(`predict --model ${join(out, "alarm.safetensors")} ${shown}`);
    expect(seen.out).toMatch(/plain\.png +no trigger \d+\.\d %\n.*stamped\.png +trigger \d+\.\d %\n/);
    const cleaned = join(folder, "cleaned");
    const clean = await command(`clean --suspects ${join(out, "suspects.csv")} --data ${data} --out ${cleaned}`);
    expect(clean.code, clean.err).toBe(0);
    expect((await readDataset(cleaned)).train.count).toBe(2000 - results.suspects.length);
  }, 300_000);
});
