import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { checkDataset, imageBytes } from "../../src/data/dataset.ts";
import type { DatasetFormat, DatasetParts, DatasetSource } from "../../src/data/dataset-format.ts";
import { detectFormat } from "../../src/data/detect-format.ts";
import { comparePaths } from "../../src/data/folder.ts";
import { datasetFormats } from "../../src/data/formats/index.ts";
import { sharpDecoder } from "../../src/node/sharp-decoder.ts";
import { defaultsOf } from "../../src/options/table.ts";
import { DataError } from "../../src/tensor/errors.ts";
import type { ExampleSet } from "./example-sets.ts";
import { exampleSets } from "./example-sets.ts";
import { collect, memoryFolder } from "./memory-folder.ts";

const formatOf = (set: ExampleSet): DatasetFormat => datasetFormats.find(({ name }) => name === set.format)!;

function sourceOf(
  set: ExampleSet,
  files: ReadonlyMap<string, Uint8Array>,
  changes: Partial<DatasetSource<object>> = {},
) {
  const options = { ...defaultsOf<object>(formatOf(set).options), ...set.options };
  return { folder: memoryFolder(files), options, seed: 3, limit: null, decoder: sharpDecoder, ...changes };
}

/** Images and labels, in the order of the paths where each image has one. */
function contentOf(dataset: Dataset, paths: readonly string[] | undefined): { image: string; label: number }[] {
  const bytes = imageBytes(dataset);
  const order = Array.from({ length: dataset.count }, (_, i) => i);
  if (paths !== undefined) order.sort((a, b) => comparePaths(paths[a]!, paths[b]!));
  return order.map((i) => ({
    image: String(dataset.images.subarray(i * bytes, (i + 1) * bytes)),
    label: dataset.labels[i]!,
  }));
}

const shapeOf = ({ height, width, channels, classes, flip }: Dataset): unknown[] => [
  height,
  width,
  channels,
  classes,
  flip,
];

test("every format that reads a folder has an example", () => {
  const names = datasetFormats.filter(({ reads }) => reads === "folder").map(({ name }) => name);
  expect(new Set(exampleSets.map(({ format }) => format))).toEqual(new Set(names));
});

describe.each(exampleSets)("$name", (set) => {
  const format = formatOf(set);

  test("is found by its files, and read as a valid set", async () => {
    const files = await set.files();
    expect((await detectFormat(memoryFolder(files))).name).toBe(set.format);
    const parts = await format.read(sourceOf(set, files));
    for (const part of [parts.train, parts.test]) checkDataset(part);
    expect(shapeOf(parts.train)).toEqual(shapeOf(parts.test));
    expect([
      parts.train.count + parts.test.count,
      parts.notes?.some((note) => note.startsWith("no test part")) ?? false,
    ]).toEqual(/ without | alone/.test(set.name) ? [14, true] : [20, false]);
    if (parts.paths !== undefined)
      expect([parts.paths.length, parts.testPaths!.length]).toEqual([parts.train.count, parts.test.count]);
  });

  test("read for its test images alone, they are the same", async () => {
    const files = await set.files();
    const parts = await format.read(sourceOf(set, files));
    const only = await format.read(sourceOf(set, files, { testOnly: true, limit: 1 }));
    expect(contentOf(only.test, undefined)).toEqual(contentOf(parts.test, undefined));
  });

  test("a limit takes so many training images and leaves the test images", async () => {
    const files = await set.files();
    const whole = await format.read(sourceOf(set, files));
    const some = await format.read(sourceOf(set, files, { limit: 5 }));
    expect(some.train.count).toBe(5);
    expect(contentOf(some.test, undefined)).toEqual(contentOf(whole.test, undefined));
    const all = new Set(contentOf(whole.train, undefined).map((item) => JSON.stringify(item)));
    for (const item of contentOf(some.train, undefined)) expect(all).toContain(JSON.stringify(item));
    // files of one class after the other: the limit takes from each class
    if (some.paths !== undefined) expect(new Set(some.train.labels).size).toBe(4);
  });

  test("what is written reads back the same, with some images left out, changed and relabelled", async () => {
    const files = await set.files();
    const source = sourceOf(set, files);
    const read = await format.read(source);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(read.train.count - 1), { minLength: 1 }),
        fc.array(fc.tuple(fc.nat(read.train.count - 1), fc.nat(255), fc.nat(2)), { maxLength: 4 }),
        async (chosen, edits) => {
          const kept = [...chosen].sort((a, b) => a - b);
          const train = { ...read.train, images: read.train.images.slice(), labels: read.train.labels.slice() };
          const changed = new Set<number>();
          for (const [index, value, label] of edits) {
            train.labels[index] = label;
            if (value % 2 === 0) continue; // a new label only
            train.images[index * imageBytes(train)] = value;
            changed.add(index);
          }
          const parts: DatasetParts = { ...read, train };
          const names = new Map<number, string>();
          const written = format.write(parts, { source, kept, changed });
          const out = await collect(
            (async function* () {
              for await (const file of written) {
                if (file.image !== undefined) names.set(file.image, file.name);
                yield file;
              }
            })(),
          );
          const back = await format.read(sourceOf(set, out));
          const expected = contentOf({ ...train, count: train.count }, undefined).filter((_, i) => kept.includes(i));
          if (read.paths === undefined) expect(contentOf(back.train, undefined)).toEqual(expected);
          else {
            const at = [...kept.keys()].sort((a, b) => comparePaths(names.get(kept[a]!)!, names.get(kept[b]!)!));
            expect(contentOf(back.train, back.paths)).toEqual(at.map((i) => expected[i]!));
          }
          expect(contentOf(back.test, undefined)).toEqual(contentOf(read.test, undefined));
          expect((await detectFormat(memoryFolder(out))).name).toBe(set.format);
          expect(back.notes?.filter((note) => note.startsWith("no test part")) ?? []).toEqual([]);
        },
      ),
      { numRuns: 8 },
    );
  });

  test("images that did not change keep their files", async () => {
    const files = await set.files();
    const source = sourceOf(set, files);
    const read = await format.read(source);
    if (read.paths === undefined) return;
    const kept = Array.from({ length: read.train.count }, (_, i) => i);
    for await (const { name, content, image } of format.write(read, { source, kept, changed: new Set() })) {
      if (image === undefined) continue;
      expect(content).toEqual(files.get(read.paths[image]!));
      expect(name.endsWith(read.paths[image]!.split("/").at(-1)!)).toBe(true);
    }
  });

  test("damage gives a DataError or another valid set, never another error", async () => {
    const files = await set.files();
    await fc.assert(
      fc.asyncProperty(fc.nat(files.size - 1), fc.nat(), fc.nat(7), fc.boolean(), async (which, place, bit, cut) => {
        const [name, content] = [...files][which]!;
        // headers and tables are short: half of the damage is done to the first bytes
        const at = place % (place % 2 === 0 ? content.length : Math.min(content.length, 120));
        const damaged = cut ? content.slice(0, at) : content.slice();
        if (!cut) damaged[at]! ^= 1 << bit;
        const folder = new Map(files).set(name, damaged);
        for (const changes of [{}, { limit: 3 }, { testOnly: true }]) {
          try {
            const parts = await format.read(sourceOf(set, folder, changes));
            for (const part of [parts.train, parts.test]) checkDataset(part);
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
