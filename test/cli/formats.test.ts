import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../src/cli/model-file.ts";
import { datasetFormats } from "../../src/data/formats/index.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import { readDataset } from "../../src/node/read-dataset.ts";
import { key } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { exampleSets } from "../data/example-sets.ts";
import { command } from "./capture.ts";

// Every format by the command line: its files are recognised, predicted and cleaned, without a word of the format.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "formats-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const examples = datasetFormats
  .filter(({ reads }) => reads === "folder")
  .map(({ name }) => exampleSets.find(({ format }) => format === name)!);

function write(path: string, files: ReadonlyMap<string, Uint8Array>): string {
  for (const [name, content] of files) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

describe.each(examples)("$format", (set) => {
  test("predict", async () => {
    const data = write(join(folder, set.format), await set.files());
    const { train, test: tested } = await readDataset(data);
    const { height, width, channels, classes, classNames } = train;
    const shape = { height, width, channels, classes };
    const weights = evaluateReference(parseModel("small-2").build(shape).init(key(1)), { precision: "f32" });
    const model = join(folder, `${set.format}.safetensors`);
    writeFileSync(model, await encodeModel({ model: "small-2", ...shape, ...(classNames && { classNames }) }, weights));
    const { code, out, err } = await command(`predict --model ${model} --data ${data} --device cpu`);
    expect([code, err]).toEqual([0, expect.stringContaining("CA ")]);
    const lines = out.trim().split("\n").slice(1);
    expect(lines.map((line) => Number(line.split(",")[1]))).toEqual([...tested.labels]);
  });

  test("clean", async () => {
    const data = join(folder, set.format);
    const { train, test: tested } = await readDataset(data);
    const suspects = join(mkdtempSync(join(folder, "list-")), "suspects.csv");
    const rows = Array.from({ length: train.count }, (_, i) => `${i},${train.labels[i]},${1 - i / 100},${i + 1}`);
    writeFileSync(suspects, ["index,label,suspicion,rank", ...rows].join("\n"));
    const clean = join(folder, `${set.format}-clean`);
    const { code, out } = await command(`clean --suspects ${suspects} --data ${data} --drop 4 --out ${clean}`);
    expect([code, out]).toEqual([0, `10 of 14 images in ${clean}, 4 dropped\n`]);
    const after = await readDataset(clean);
    expect([...after.train.labels]).toEqual([...train.labels.slice(4)]);
    expect(after.train.images).toEqual(train.images.slice((4 * train.images.length) / train.count));
    expect(after.test.images).toEqual(tested.images);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

test("a folder without a test part says so, on standard error", async () => {
  const set = exampleSets.find(({ name }) => name === "image folder without a test part")!;
  const data = write(join(folder, "whole"), await set.files());
  const { code, err } = await command(
    `train --data ${data} --size 8 --model small-2 --batch 4 --epochs 1 --defence none --attack badnets --target ring --rate 0.2 --device cpu`,
  );
  expect([code, err]).toEqual([0, expect.stringMatching(/^no test part: every sixth image .* 3 of 14$/m)]);
});

test("damaged images are one message, nothing is written, and --skip-broken goes on", async () => {
  const set = exampleSets.find(({ name }) => name === "image folder")!;
  const data = write(join(folder, "damaged"), await set.files());
  const victim = readdirSync(join(data, "train", "disk"))[0]!;
  writeFileSync(join(data, "train", "disk", victim), readFileSync(join(data, "train", "disk", victim)).subarray(0, 60));
  const line = `train --data ${data} --size 8 --model small-2 --batch 4 --epochs 1 --defence none --device cpu --out ${folder}/run`;
  const failed = await command(line);
  expect([failed.code, failed.err]).toEqual([
    2,
    expect.stringMatching(/1 of 20 images cannot be read; --skip-broken goes on without them; train\/disk\//),
  ]);
  expect([existsSync(`${folder}/run`), /\n\s+at /.test(failed.err)]).toEqual([false, false]);
  const { code, err } = await command(`${line} --skip-broken`);
  expect([code, err]).toEqual([
    0,
    expect.stringContaining("1 of 20 images cannot be read and are left out: train/disk/"),
  ]);
});
