import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeModel } from "../../src/cli/model-file.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { encodePng } from "../../src/formats/png.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import { key } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { Captured } from "./capture.ts";
import { command } from "./capture.ts";

const classNames = ["cat", "dog", 'a "quoted", name'];
const shape = { height: 12, width: 14, channels: 3, classes: 3 };

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  await writeModel("model", { classNames, pictures: { fit: "fill", colour: "rgb", crop: "none" } });
  const drawn = builtinDataset({ count: 6, size: 20, classes: 3 });
  for (let i = 0; i < 6; i++) {
    const pixels = drawn.images.subarray(i * 1200, (i + 1) * 1200);
    const place = join(folder, "set", "test", classNames[i % 3] ?? "");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${i}.png`), await encodePng({ pixels, height: 20, width: 20, channels: 3 }));
  }
  mkdirSync(join(folder, "mixed", "below"), { recursive: true });
  writeFileSync(join(folder, "mixed", "a,b.ppm"), "P6 # a comment\n2 1\n255\n\xff\0\0\0\0\0", "latin1");
  writeFileSync(join(folder, "mixed", "below", "grey.PGM"), "P5 1 1 255 x");
  writeFileSync(join(folder, "mixed", "broken.png"), "\x89PNG\r\n\x1a\n", "latin1");
  writeFileSync(join(folder, "mixed", "empty.jpg"), "");
  writeFileSync(join(folder, "mixed", "notes.txt"), "no picture");
  mkdirSync(join(folder, "none"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A fresh network as a model file. */
async function writeModel(name: string, more: Partial<Parameters<typeof encodeModel>[0]>, from = shape): Promise<void> {
  const weights = evaluateReference(parseModel("small-2").build(from).init(key(7)), { precision: "f32" });
  writeFileSync(
    join(folder, `${name}.safetensors`),
    await encodeModel({ model: "small-2", ...from, ...more }, weights),
  );
}

/** `FOLDER` stands for the test's folder. */
const run = async (line: string): Promise<Captured> => {
  const words = `predict --device cpu --model FOLDER/model.safetensors ${line}`;
  const { code, out, err } = await command(words.replaceAll("FOLDER", folder));
  const short = (text: string): string => text.replaceAll(folder, "FOLDER").replace(/^device.*\n/m, "");
  return { code, out: short(out), err: short(err) };
};

interface Report {
  readonly predictions: readonly {
    readonly index: number;
    readonly path: string;
    readonly class: number;
    readonly name: string | null;
    readonly probabilities: readonly number[];
    readonly top: readonly { readonly class: number; readonly name: string | null; readonly probability: number }[];
  }[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}
const jsonOf = async (line: string): Promise<Report> => JSON.parse((await run(`${line} --json`)).out) as Report;

test("each image has a line with its most probable class", async () => {
  const { code, out } = await run("FOLDER/set/test/cat/0.png FOLDER/set/test/dog/1.png");
  expect(code).toBe(0);
  const lines = out.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^image +class$/);
  expect(lines.slice(2).map((line) => line.split(/ {2,}/)[0])).toEqual([
    "FOLDER/set/test/cat/0.png",
    "FOLDER/set/test/dog/1.png",
  ]);
  for (const line of lines.slice(2)) expect(line).toMatch(/(?:cat|dog|a "quoted", name) \d+\.\d %$/);
});

test("--top shows the next classes too, in the order of their probabilities, which are those of all", async () => {
  const { out } = await run("FOLDER/set --top 3");
  expect(out).toMatch(/^image +class +2\. +3\.\n/);
  const { predictions } = await jsonOf("FOLDER/set --top 2");
  expect(predictions.length).toBe(6);
  for (const { top, probabilities, class: first, name } of predictions) {
    expect(top.length).toBe(2);
    expect(top[0]).toEqual({ class: first, name, probability: Math.max(...probabilities) });
    expect(top[1]!.probability).toBeLessThanOrEqual(top[0]!.probability);
    expect(name).toBe(classNames[first]);
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  }
});

test("a folder's images are those of its set, to the last bit", async () => {
  const ofSet = JSON.parse((await run("--data FOLDER/set --dataset image-folder --json")).out) as Report;
  const { predictions } = await jsonOf("FOLDER/set");
  expect(predictions.length).toBe(6);
  expect(predictions.map(({ probabilities }) => probabilities)).toEqual(
    ofSet.predictions.map(({ probabilities }) => probabilities),
  );
  expect(Object.keys(ofSet.predictions[0]!)).toEqual(["index", "label", "class", "probabilities"]);
});

test("what cannot be read is named, the rest is printed, and the exit code is 5", async () => {
  const { code, out, err } = await run("FOLDER/mixed FOLDER/nowhere.png");
  expect(code).toBe(5);
  expect(
    out
      .split("\n")
      .slice(2)
      .map((line) => line.split(/ {2,}/)[0]),
  ).toEqual(["FOLDER/mixed/a,b.ppm", "FOLDER/mixed/below/grey.PGM", ""]);
  const lines = err.trimEnd().split("\n");
  expect(lines.length).toBe(3);
  expect(lines[0]).toMatch(/^FOLDER\/mixed\/broken\.png: /);
  expect(lines[1]).toBe("FOLDER/mixed/empty.jpg: is empty");
  expect(lines[2]).toBe("FOLDER/nowhere.png: cannot be read, no such file or folder");
  const { unreadable, predictions } = await jsonOf("FOLDER/mixed FOLDER/mixed/notes.txt");
  expect(predictions.map(({ index, path }) => [index, path])).toEqual([
    [0, "FOLDER/mixed/a,b.ppm"],
    [1, "FOLDER/mixed/below/grey.PGM"],
  ]);
  expect(unreadable.map(({ path }) => path)).toEqual([
    "FOLDER/mixed/broken.png",
    "FOLDER/mixed/empty.jpg",
    "FOLDER/mixed/notes.txt",
  ]);
});

test("CSV has a line per image and class; texts with commas and quotes are quoted", async () => {
  const { code, out } = await run("FOLDER/mixed/a,b.ppm --csv --top 3");
  expect(code).toBe(0);
  const [header, ...lines] = out.trimEnd().split("\n");
  expect(header).toBe("path,rank,class,name,probability");
  expect(lines.length).toBe(3);
  for (const [at, line] of lines.entries()) {
    expect(line).toMatch(
      new RegExp(`^"FOLDER/mixed/a,b\\.ppm",${at + 1},(?:0,cat|1,dog|2,"a ""quoted"", name"),[\\d.e-]+$`),
    );
  }
});

test.each([
  [
    "FOLDER/none",
    /FOLDER\/none: holds no picture: JPEG, PNG, WebP, PPM or PGM; --data DIR predicts for the test images/,
  ],
  ["FOLDER/nowhere", /predict: FOLDER\/nowhere: cannot be read, no such file or folder\n$/],
  [
    "FOLDER/mixed/empty.jpg FOLDER/mixed/notes.txt",
    /none of the 2 images can be read; the first is FOLDER\/mixed\/empty\.jpg: is empty/,
  ],
  ["FOLDER/set --data FOLDER/set", /--data is for a data set; leave it out, or the image files/],
  ["FOLDER/set --attack badnets", /--attack is for a data set/],
  ["FOLDER/set --size 12", /--size is for a data set/],
  ["FOLDER/set --csv --json", /--csv and --json exclude each other/],
  ["FOLDER/set --top 4", /--top 4: the model has 3 classes/],
  ["FOLDER/set --top 0", /--top: expects an integer, 1 … /],
  ["--data FOLDER/set --top 2", /--top is for image files: predict --model FILE IMAGE…/],
  ["--data FOLDER/set --csv", /--csv is for image files/],
])("predict %s: exit 2 and one line", async (line, message) => {
  const { code, out, err } = await run(line);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(message);
  expect(err.trimEnd().split("\n").length).toBe(1);
});

test("a grey model takes colours by their brightness; a file of an earlier version has no names and no rule", async () => {
  await writeModel("model", {}, { ...shape, channels: 1 });
  const { code, out } = await run("FOLDER/mixed/a,b.ppm FOLDER/mixed/below/grey.PGM");
  expect(code).toBe(0);
  expect(out.split("\n")[2]).toMatch(/ [012] \d+\.\d %$/);
  await writeModel("model", { pictures: { fit: "fill", colour: "rgb", crop: "roi" } });
  expect((await run("FOLDER/set")).err).toContain("the model was trained on signs that the set's tables cut out");
  await writeModel("model", {}, { ...shape, channels: 4 });
  expect((await run("FOLDER/set")).err).toContain("the model is for images of 4 channels; picture files have 1 or 3");
});
