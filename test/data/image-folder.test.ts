import { describe, expect, test } from "vitest";
import type { DatasetParts, DatasetSource } from "../../src/data/dataset-format.ts";
import { detectFormat } from "../../src/data/detect-format.ts";
import type { ImageFolderOptions } from "../../src/data/formats/image-folder.ts";
import { imageFolder } from "../../src/data/formats/image-folder.ts";
import type { ImageDecoder } from "../../src/data/image-decoder.ts";
import { encodePnm } from "../../src/formats/pnm.ts";
import { defaultsOf } from "../../src/options/table.ts";
import { ConfigError } from "../../src/tensor/errors.ts";
import { memoryFolder } from "./memory-folder.ts";

const picture = (height: number, width: number, channels: 1 | 3, value: number): Uint8Array =>
  encodePnm({ pixels: new Uint8Array(height * width * channels).fill(value), height, width, channels });

type Files = Readonly<Record<string, Uint8Array>>;

function read(
  files: Files,
  options: Partial<ImageFolderOptions> = {},
  source: Partial<DatasetSource<object>> = {},
): Promise<DatasetParts> {
  const values = { ...defaultsOf(imageFolder.options), ...options };
  return imageFolder.read({
    folder: memoryFolder(new Map(Object.entries(files))),
    seed: 0,
    limit: null,
    ...source,
    options: values,
  });
}

const set = (names: readonly string[], make: (at: number) => Uint8Array = (at) => picture(5, 4, 3, at)): Files =>
  Object.fromEntries(names.map((name, at) => [name, make(at)]));

const two = ["train/cat/1.ppm", "train/cat/2.ppm", "train/dog/1.ppm", "test/cat/3.ppm", "test/dog/4.ppm"];

describe("which images are of which part and class", () => {
  test.each([
    ["train and test", two, [0, 0, 1], [0, 1], ["cat", "dog"]],
    ["capitals, and val", ["Train/b/1.ppm", "Train/a/1.ppm", "Val/b/2.ppm"], [0, 1], [1], ["a", "b"]],
    ["an archive's folder around it", two.map((name) => `archive-1/data/${name}`), [0, 0, 1], [0, 1], ["cat", "dog"]],
    [
      "folders in classes",
      ["train/a/x/1.ppm", "train/a/y/1.ppm", "train/b/1.ppm", "test/b/z/1.ppm"],
      [0, 0, 1],
      [1],
      ["a", "b"],
    ],
    [
      "numbers",
      ["train/10/1.ppm", "train/9/1.ppm", "train/0/1.ppm", "test/9/1.ppm"],
      [2, 0, 1].sort(),
      [1],
      ["0", "9", "10"],
    ],
    ["test before val", [...two, "val/cat/9.ppm"], [0, 0, 1], [0, 1], ["cat", "dog"]],
    ["classes that begin alike", ["train/a/1.ppm", "train/a-b/1.ppm", "test/a/1.ppm"], [0, 1], [0], ["a", "a-b"]],
  ])("%s", async (_, names, trained, tested, classNames) => {
    const { train, test: testSet } = await read(set(names));
    expect([...train.labels].sort()).toEqual(trained);
    expect([...testSet.labels]).toEqual(tested);
    expect([train.classNames, train.classes]).toEqual([classNames, classNames.length]);
  });

  test("junk is passed over in silence, other files and empty folders aloud", async () => {
    const junk = ["Thumbs.db", "train/cat/Thumbs.db", "__MACOSX/train/cat/1.ppm", "train/cat/desktop.ini"];
    expect((await read({ ...set(two), ...set(junk) })).notes).toEqual([]);
    const others = ["train/cat/a.gif", "train/cat/b.txt", "train/cat/more/", "train/9.ppm", "README.md"];
    expect((await read({ ...set(two), ...set(others) })).notes).toEqual([
      "1 empty folder is left out: train/cat/more/",
      "2 files that are not JPEG, PNG, WebP, PPM or PGM are left out: train/cat/a.gif, train/cat/b.txt",
      "1 image that is of no class of the training or test part is left out: train/9.ppm",
    ]);
  });

  test("an empty folder in the place of a class is a class without images, aloud", async () => {
    const { train, notes } = await read({ ...set(two), "train/cow/": new Uint8Array(0) });
    expect([train.classNames, [...train.labels], notes]).toEqual([
      ["cat", "cow", "dog"],
      [0, 0, 2],
      ["the class cow has no images"],
    ]);
    await expect(read(set(["train/cat/1.ppm", "test/cat/1.ppm", "train/cow/"]))).rejects.toThrow(
      "all images are of one class",
    );
  });

  test("names that differ in case are two classes, aloud", async () => {
    const { train, notes } = await read(set(["train/Cat/1.ppm", "train/cat/1.ppm", "test/cat/1.ppm"]));
    expect([train.classNames, notes]).toEqual([
      ["Cat", "cat"],
      ["the classes Cat and cat differ in upper and lower case only; they count as two"],
    ]);
  });

  test("a set without classes, with one, or without training images is refused", async () => {
    await expect(read(set(["1.ppm", "2.ppm"]))).rejects.toThrow("memory: no image lies in the folder of a class\n");
    await expect(read(set(["cat/1.ppm", "cat/2.ppm"]))).rejects.toThrow(
      "all images are of one class, cat; a classifier needs two",
    );
    await expect(read(set(["test/cat/1.ppm", "test/dog/2.ppm"]))).rejects.toThrow("memory: no training images");
    await expect(read(set(["cat/1.ppm", "dog/2.ppm"]))).rejects.toThrow("no class has two images");
  });

  test("no test part: a sixth of each class, the same for every seed", async () => {
    const names = ["a", "b", "c"].flatMap((name) => Array.from({ length: 12 }, (_, i) => `${name}/${i}.ppm`));
    const first = await read(set([...names, "d/1.ppm"]), {}, { seed: 1 });
    expect(first.notes).toEqual(["no test part: every sixth image of a seeded order is the test set, 6 of 37"]);
    expect([...first.test.labels]).toEqual([0, 0, 1, 1, 2, 2]);
    expect((await read(set([...names, "d/1.ppm"]), {}, { seed: 2 })).testPaths).toEqual(first.testPaths);
    expect(new Set([...first.paths!, ...first.testPaths!])).toEqual(new Set([...names, "d/1.ppm"]));
  });

  test("a limit takes evenly from the classes", async () => {
    const names = ["a", "a", "a", "a", "b", "b", "c"].map((name, i) => `train/${name}/${i}.ppm`);
    const { paths } = await read(set([...names, "test/a/1.ppm"]), {}, { limit: 5 });
    expect(paths).toEqual([0, 1, 4, 5, 6].map((i) => names[i]));
  });

  test("classes and form of a model are followed", async () => {
    const forModel = { height: 8, width: 8, channels: 3, classes: 3, classNames: ["dog", "cat", "cow"] };
    const grey = set(two, () => picture(5, 4, 1, 7));
    const { test: testSet } = await read(grey, {}, { forModel, testOnly: true });
    expect([testSet.height, testSet.width, testSet.channels, testSet.classes, ...testSet.labels]).toEqual([
      8, 8, 3, 3, 1, 0,
    ]);
    await expect(
      read(set([...two, "test/cow/1.ppm"]), {}, { forModel: { ...forModel, classNames: ["cat", "dog"] } }),
    ).rejects.toThrow("the model knows no class cow");
  });
});

describe("size and channels", () => {
  const mixed = set(two, (at) => (at === 1 ? picture(9, 9, 1, 100) : picture(5, 4, 3, at)));

  test("the most common size, aloud", async () => {
    const { train, notes } = await read(mixed);
    expect([train.height, train.width, train.channels]).toEqual([5, 4, 3]);
    expect([...train.images.subarray(60, 120)]).toEqual(new Array(60).fill(100));
    expect(notes).toEqual([
      "images have 2 sizes: 5×4 is the most common, of 4 of 5 images; the others are resized to it (--size chooses another)",
      "1 of 5 images are grey and become RGB",
    ]);
  });

  test("the size that is said, and the channels", async () => {
    const { train } = await read(mixed, { size: { height: 7, width: 6 }, channels: "1" });
    expect([train.height, train.width, train.channels, train.images.length]).toEqual([7, 6, 1, 3 * 42]);
    expect((await read(set(two, () => picture(5, 4, 1, 3)))).train.channels).toBe(1);
  });
});

describe("files that cannot be read", () => {
  const damaged = {
    "train/cat/3.ppm": picture(5, 4, 3, 1).slice(0, 40),
    "train/dog/e.png": new Uint8Array(0),
    "test/dog/t.jpg": new TextEncoder().encode("hello"),
  };

  test("are all named in one message", async () => {
    await expect(read({ ...set(two), ...damaged })).rejects.toThrow(
      [
        "memory: 3 of 8 images cannot be read; --skip-broken goes on without them",
        "  train/dog/e.png: is empty",
        "  test/dog/t.jpg: is not a JPEG, PNG, WebP, PPM or PGM picture",
        "  train/cat/3.ppm: ends early: 29 of 60 bytes of pixels",
      ].join("\n"),
    );
  });

  test("of many the first are named", async () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`train/cat/x${i}.png`, new Uint8Array(0)]));
    await expect(read({ ...set(two), ...many })).rejects.toThrow(
      /9 of 14 images[\s\S]*x4\.png: is empty\n {2}… and 4 more$/,
    );
  });

  test("are left out, aloud, when that is asked for", async () => {
    const { train, test: testSet, paths, notes } = await read({ ...set(two), ...damaged }, { skipBroken: true });
    expect([paths, [...train.labels], testSet.count]).toEqual([two.slice(0, 3), [0, 0, 1], 2]);
    expect(train.images.length).toBe(180);
    expect(notes).toEqual([
      "3 of 8 images cannot be read and are left out: train/dog/e.png, test/dog/t.jpg, train/cat/3.ppm",
    ]);
    const none = Object.fromEntries(two.map((name) => [name, new Uint8Array(0)]));
    await expect(read(none, { skipBroken: true })).rejects.toThrow("a part of the set has no image that can be read");
  });

  test("a decoder that is missing is said at once, and is no fault of the files", async () => {
    const absent: ImageDecoder = {
      probe: async () => {
        throw new ConfigError("not installed", ["npm install it"]);
      },
      decode: async () => new Uint8Array(0),
    };
    const jpeg = set(two, () => Uint8Array.of(0xff, 0xd8, 0xff, 0));
    await expect(read(jpeg, { skipBroken: true }, { decoder: absent })).rejects.toThrow("not installed");
    await expect(read(jpeg)).rejects.toThrow("a decoder of JPEG, PNG and WebP is needed");
  });
});

test("a folder that fits two formats, or none, is refused with what was seen", async () => {
  const folder = (names: readonly string[]) => memoryFolder(new Map(Object.entries(set(names))));
  await expect(detectFormat(folder(["data_batch_1.bin", "a/1.png"]))).rejects.toThrow(
    /^memory: 2 files \(a\/1\.png, data_batch_1\.bin\) fit more than one format; --dataset says which\n {2}image-folder: .*\n {2}cifar10: /,
  );
  await expect(detectFormat(folder(["a.txt", "b", "c", "d", "e\x1b"]))).rejects.toThrow(
    /^memory: 5 files \(a\.txt, b, c, d, …\) are of no known format\n/,
  );
});
