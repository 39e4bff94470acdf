import { expect, test } from "vitest";
import type { DatasetParts } from "../../src/data/dataset-format.ts";
import { detectFormat } from "../../src/data/detect-format.ts";
import { gtsrb } from "../../src/data/formats/gtsrb.ts";
import { sharpDecoder } from "../../src/node/sharp-decoder.ts";
import { exampleSets } from "./example-sets.ts";
import { memoryFolder } from "./memory-folder.ts";

type Files = Map<string, Uint8Array>;
const set = exampleSets.find(({ name }) => name === "GTSRB of Kaggle")!;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (files: Files, name: string): string => new TextDecoder().decode(files.get(name));

/** Reads the example as it is after a change. */
async function read(
  change: (files: Files) => void = () => {},
  options: object = {},
  testOnly = false,
): Promise<DatasetParts> {
  const files = new Map(await set.files());
  change(files);
  const folder = memoryFolder(files);
  expect((await detectFormat(folder)).name).toBe("gtsrb");
  const wishes = { size: { height: 32, width: 32 }, roi: false, skipBroken: false, ...options };
  return gtsrb.read({ folder, options: wishes, seed: 0, limit: null, decoder: sharpDecoder, testOnly });
}

test("both parts are those of the tables, in the order of their paths, whatever else the folder has", async () => {
  const { train, test: tested, paths, testPaths, notes } = await read();
  expect([train.count, tested.count, train.classes, train.flip, notes]).toEqual([14, 6, 43, false, []]);
  expect(paths).toEqual([...paths!].sort());
  expect(paths!.map((path) => Number(path.split("/")[1]))).toEqual([...train.labels]);
  expect(testPaths).toEqual(["00000", "00001", "00002", "00003", "00004", "00005"].map((name) => `Test/${name}.png`));
  const inFolder = await read((files) => {
    for (const [name, content] of [...files]) {
      files.delete(name);
      files.set(`archive/${name}`, content);
    }
  });
  expect(inFolder.train).toEqual(train);
  expect((await read(undefined, {}, true)).test).toEqual(tested);
});

test("--roi cuts out the sign", async () => {
  const [whole, cut] = [
    await read(undefined, { size: { height: 24, width: 24 } }),
    await read(undefined, { roi: true, size: { height: 24, width: 24 } }),
  ];
  expect(cut.paths).toEqual(whole.paths);
  expect(cut.train.images).not.toEqual(whole.train.images);
  const { train } = await read();
  // 24×24 pixels from row 5 and column 4 on: nothing is resized
  expect(cut.train.images[0]).toBe(train.images[(5 * 32 + 4) * 3]);
});

test("other case of the letters in the folder than in the table is the same path", async () => {
  const { train } = await read();
  const lower = await read((files) => {
    for (const name of [...files.keys()].filter((name) => name.startsWith("Train/"))) {
      files.set(name.toLowerCase(), files.get(name)!);
      files.delete(name);
    }
  });
  expect(lower.train.labels).toEqual(train.labels);
  expect(lower.paths!.every((path) => path.startsWith("train/"))).toBe(true);
});

test("without Test.csv whole tracks become test images; pictures that no table names are counted", async () => {
  const { train, test: tested, notes } = await read((files) => files.delete("Test.csv"));
  expect(train.count + tested.count).toBe(14);
  expect(notes).toEqual([
    "images that no table names are left out: 6, the first is Test/00000.png",
    expect.stringContaining("track"),
  ]);
});

test("pictures that are missing or damaged are counted in one message, and left out if that is asked for", async () => {
  const change = (files: Files): void => {
    const [first, second] = [...files.keys()].filter((name) => name.startsWith("Train/"));
    files.delete(first!);
    files.delete(first!.toLowerCase());
    files.set(second!, bytesOf("no picture"));
  };
  await expect(read(change)).rejects.toThrow("2 of 20 images cannot be read; --skip-broken goes on without them");
  const { train, notes } = await read(change, { skipBroken: true });
  expect([train.count, notes]).toEqual([
    12,
    [expect.stringContaining("2 of 20 images cannot be read and are left out")],
  ]);
});

test("lines of a table that are damaged are counted in one message", async () => {
  const damage =
    (lines: readonly string[]) =>
    (files: Files): void => {
      files.set("Train.csv", bytesOf(`${textOf(files, "Train.csv")}${lines.join("\n")}\n`));
    };
  await expect(read(damage(["32,32,4,5,28,29,3"]))).rejects.toThrow(
    'Train.csv: line 16 is not a path within the set and seven whole numbers: "32,32,4,5,28,29,3"',
  );
  const many = [
    "32,32,4,5,28,29,43,Train/3/a.png",
    "32,32,28,5,4,29,3,Train/3/b.png",
    "32,32,4,5,28,29,3,../a.png",
    "x",
  ];
  await expect(read(damage(many))).rejects.toThrow(
    /Train\.csv: 4 of 18 lines are damaged\n.*line 16 has class 43, not one of 0 … 42\n.*line 17: the sign/,
  );
  await expect(read(damage([...many, "/etc/a.png", "y", "z"]))).rejects.toThrow("… and 2 more");
  const twice = "32,32,4,5,28,29,3,Train/3/00003_00003_00000.png";
  await expect(read(damage([twice]))).rejects.toThrow("names Train/3/00003_00003_00000.png twice");
  await expect(read((files) => files.set("Train.csv", files.get("Train.csv")!.slice(0, 53)))).rejects.toThrow(
    "names no picture",
  );
});

test("a table of other columns leaves a folder of classes what it is", async () => {
  const files = new Map(await set.files());
  for (const part of ["Train", "Test"]) files.set(`${part}.csv`, bytesOf("Path,ClassId\n"));
  expect((await detectFormat(memoryFolder(files))).name).toBe("image-folder");
});

test("two tables of one part are refused", async () => {
  await expect(read((files) => files.set("b/train.csv", files.get("Train.csv")!))).rejects.toThrow(
    "two tables of one part, Train.csv and b/train.csv",
  );
});
