import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { badnets, badnetsOptions } from "../../src/backdoor/attacks/badnets.ts";
import { poison } from "../../src/backdoor/poison.ts";
import { cleanCommand } from "../../src/cli/clean.ts";
import { parseOptions } from "../../src/cli/command.ts";
import type { Io } from "../../src/cli/io.ts";
import { parseRunConfig } from "../../src/cli/run-config.ts";
import { readSuspects } from "../../src/cli/suspects-file.ts";
import { trainCommand } from "../../src/cli/train.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { selectImages } from "../../src/data/dataset.ts";
import type { DatasetParts } from "../../src/data/dataset-format.ts";
import { encodeCifar10 } from "../../src/data/formats/cifar10.ts";
import { datasetFormats } from "../../src/data/formats/index.ts";
import { encodePnm } from "../../src/formats/pnm.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { openFolder } from "../../src/node/folder.ts";
import { readDataset } from "../../src/node/read-dataset.ts";
import { sharpDecoder } from "../../src/node/sharp-decoder.ts";
import { formatValue } from "../../src/options/option-text.ts";
import { defaultsOf, listOptions } from "../../src/options/table.ts";
import { exampleSets } from "../data/example-sets.ts";
import { command } from "./capture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function clean(...words: readonly string[]): Promise<string> {
  let out = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: () => {},
    terminal: false,
    columns: 80,
    onInterrupt: () => () => {},
  };
  const parsed = parseOptions(cleanCommand, words);
  expect(await cleanCommand.run(parsed.values, io, parsed)).toBe(0);
  return out;
}

const train = builtinDataset({ count: 12, size: 32 });

/** A CIFAR-10 folder of 12 images in batches of 8 and 4. */
function writeFolder(): string {
  const data = join(folder, "data");
  mkdirSync(data);
  const part = (from: number, to: number): Uint8Array =>
    encodeCifar10(
      selectImages(
        train,
        Array.from({ length: to - from }, (_, i) => from + i),
      ),
    );
  writeFileSync(join(data, "data_batch_1.bin"), part(0, 8));
  writeFileSync(join(data, "data_batch_2.bin"), part(8, 12));
  writeFileSync(join(data, "test_batch.bin"), part(0, 2));
  return data;
}

/** Ranks 1, 2, 3 for the given images with a high suspicion, then the others. */
function writeSuspects(low: readonly number[], count = 12): string {
  const order = [...low, ...Array.from({ length: count }, (_, i) => i).filter((i) => !low.includes(i))];
  const rows = order.map((index, at) => `${index},0,${at < low.length ? 13.8 : 0.9 - at / 100},0,0,${at + 1}`);
  const path = join(folder, "suspects.csv");
  writeFileSync(path, ["index,label,suspicion,lossBackdoored,lossClean,rank", ...rows.reverse()].join("\n"));
  return path;
}

test("the first N of the list are dropped, batch by batch, and the result is a CIFAR-10 folder", async () => {
  const [data, suspects, out] = [writeFolder(), writeSuspects([9, 0, 3]), join(folder, "out")];
  expect(await clean("--suspects", suspects, "--data", data, "--out", out, "--drop", "3")).toBe(
    `9 of 12 images in ${out}, 3 dropped\n`,
  );
  const cleaned = await readDataset(out);
  const kept = [1, 2, 4, 5, 6, 7, 8, 10, 11];
  expect(cleaned.files!.map(({ count }) => count)).toEqual([6, 3]);
  expect(cleaned.train.images).toEqual(selectImages(train, kept).images);
  expect([...cleaned.train.labels]).toEqual(kept.map((i) => i % 10));
  expect(readFileSync(join(out, "test_batch.bin"))).toEqual(readFileSync(join(data, "test_batch.bin")));
});

test("of a scan's list, auto drops the images that it names", async () => {
  const [data, suspects, out] = [writeFolder(), join(folder, "suspects.csv"), join(folder, "out")];
  const list = (named: number): string =>
    Array.from({ length: 12 }, (_, i) => `${11 - i},0,${i},${i + 1},${i < named ? 1 : 0},"a,b"\n`).join("");
  writeFileSync(suspects, `index,label,score,rank,suspect,path\n${list(2)}`);
  await clean("--suspects", suspects, "--data", data, "--out", out);
  expect((await readDataset(out)).train.images).toEqual(selectImages(train, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).images);
  writeFileSync(suspects, `index,label,score,rank,suspect,path\n${list(0)}`);
  await expect(clean("--suspects", suspects, "--data", data, "--out", `${out}2`)).rejects.toThrow(
    "the scan names no image",
  );
});

test("N drops the N lowest ranks", async () => {
  const [data, suspects, out] = [writeFolder(), writeSuspects([8, 9, 10, 11]), join(folder, "out")];
  await clean("--suspects", suspects, "--data", data, "--out", out, "--drop", "2");
  expect((await readDataset(out)).train.count).toBe(10);
  rmSync(out, { recursive: true });
  await clean("--suspects", suspects, "--data", data, "--out", out, "--drop", "4");
  expect(readdirSync(out).sort()).toEqual(["batches.meta.txt", "data_batch_1.bin", "test_batch.bin"]);
});

test("without --data the run's own poisoned set is cleaned", async () => {
  const parsed = parseOptions(trainCommand, ["--dataset", "builtin"]);
  const config = {
    ...(await parseRunConfig(parsed.values, parsed)),
    dataset: { format: "builtin", folder: null, options: { size: 16, count: 100 } },
    limit: null,
    attacks: [{ name: "badnets", options: { ...defaultsOf(badnetsOptions), rate: 0.2, target: 1 } }],
    seed: 5,
  };
  writeFileSync(join(folder, "run.json"), JSON.stringify({ config }));
  const poisoned = await poison(
    badnets,
    builtinDataset({ count: 100, size: 16, seed: 5 }),
    { rate: 0.2, target: 1 },
    { seed: 5 },
  );
  const out = join(folder, "out");
  await clean("--suspects", writeSuspects([...poisoned.poisoned], 100), "--out", out);
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(join(out, "train.safetensors"))), "train");
  const kept = Array.from({ length: 100 }, (_, i) => i).filter((i) => !poisoned.poisoned.includes(i));
  expect(tensors.get("images")!.data).toEqual(selectImages(poisoned.dataset, kept).images);
  expect([...tensors.get("labels")!.data]).toEqual(kept.map((i) => i % 10));
});

test("what does not fit is refused in one line", async () => {
  const data = writeFolder();
  const out = join(folder, "out");
  await expect(clean("--out", out)).rejects.toThrow("--suspects is missing");
  const path = writeSuspects([1]);
  await expect(clean("--suspects", path)).rejects.toThrow("--out is missing");
  await expect(clean("--suspects", path, "--out", out, "--drop", "1")).rejects.toThrow(
    /run\.json: cannot be read, .*--data DIR names/,
  );
  await expect(clean("--suspects", path, "--data", data, "--out", out, "--drop", "12")).rejects.toThrow("from 0 to 11");
  writeFileSync(path, "index,label,suspicion,rank\n0,0,0.5,1\n0,0,0.5,2\n");
  await expect(clean("--suspects", path, "--data", data, "--out", out)).rejects.toThrow("an index appears twice");
  writeFileSync(path, "index,label,suspicion,rank\n12,0,0.5,1\n13,0,0.4,2\n");
  await expect(clean("--suspects", path, "--data", data, "--out", out, "--drop", "1")).rejects.toThrow(
    "names image 12, the training set has 12",
  );
  writeFileSync(path, "index,label,suspicion,rank\n1,0,x,1\n");
  await expect(clean("--suspects", path, "--data", data, "--out", out)).rejects.toThrow(
    'line 2 is not an index, a label, a suspicion and a rank: "1,0,x,1"',
  );
  writeFileSync(path, "a,b\n");
  await expect(clean("--suspects", path, "--data", data, "--out", out)).rejects.toThrow(
    "not a header with index, label, suspicion or score, and rank",
  );
});

test("auto drops nothing where nothing was found", async () => {
  const [data, out] = [writeFolder(), join(folder, "out")];
  await expect(clean("--suspects", writeSuspects([]), "--data", data, "--out", out)).rejects.toThrow(
    /--drop auto: nothing found: .* --drop N drops the first N/,
  );
  expect(existsSync(out)).toBe(false);
});

test("neither the examined set nor a folder with other files is written into", async () => {
  const [data, suspects] = [writeFolder(), writeSuspects([1])];
  const before = readFileSync(join(data, "data_batch_1.bin"));
  const link = join(folder, "link");
  symlinkSync(data, link);
  for (const out of [data, link, join(data, "..", "data")]) {
    await expect(clean("--suspects", suspects, "--data", data, "--out", out, "--drop", "1")).rejects.toThrow(
      "is the set to clean itself",
    );
  }
  expect(readFileSync(join(data, "data_batch_1.bin"))).toEqual(before);
  const used = join(folder, "used");
  mkdirSync(used);
  writeFileSync(join(used, "thesis.txt"), "mine");
  await expect(clean("--suspects", suspects, "--data", data, "--out", used, "--drop", "1")).rejects.toThrow(
    'holds "thesis.txt" and is not written over',
  );
  expect(readdirSync(used)).toEqual(["thesis.txt"]);
});

describe.each(exampleSets)("a list of $name", (set) => {
  test("leaves the suspects out and the rest as it was, named by index or by path, in any order of the columns", async () => {
    const data = join(folder, "data");
    for (const [name, content] of await set.files()) {
      mkdirSync(dirname(join(data, name)), { recursive: true });
      writeFileSync(join(data, name), content);
    }
    const format = datasetFormats.find(({ name }) => name === set.format)!;
    const settings = listOptions(format.options).flatMap(({ name, option }) => {
      const value = (set.options as Readonly<Record<string, unknown>> | undefined)?.[name];
      if (value === undefined) return [];
      return option.kind === "boolean" ? [`--${option.flag}`] : [`--${option.flag}`, formatValue(option, value)!];
    });
    const options = { ...defaultsOf<object>(format.options), ...set.options };
    const read = (path: string): Promise<DatasetParts> =>
      format.read({ folder: openFolder(path), options, seed: 0, limit: null, decoder: sharpDecoder });
    const before = await read(data);
    const suspects = [3, 0, 5];
    const order = [...suspects, ...Array.from(before.train.labels, (_, i) => i).filter((i) => !suspects.includes(i))];
    const kept = order.filter((i) => !suspects.includes(i)).sort((a, b) => a - b);
    const { paths } = before;
    for (const [name, columns] of [
      ["index", ["suspect", "rank", "index", "score", "label"]],
      ...(paths === undefined ? [] : [["path", ["score", "path", "label", "suspect", "rank"]] as const]),
    ] as const) {
      const list = order.map((index, at) => {
        const row = { index, path: paths?.[index], label: before.train.labels[index], score: -at, rank: at + 1 };
        const cells = { ...row, suspect: at < suspects.length ? 1 : 0 } as Readonly<Record<string, unknown>>;
        return columns.map((column) => cells[column]).join(",");
      });
      writeFileSync(join(folder, "suspects.csv"), `${[columns.join(","), ...list].join("\r\n")}\r\n`);
      const out = join(folder, `by ${name}`);
      await clean("--suspects", join(folder, "suspects.csv"), "--data", data, "--out", out, ...settings);
      const after = await read(out);
      expect(after.train.classNames).toEqual(before.train.classNames);
      expect([...after.train.labels]).toEqual(kept.map((i) => before.train.labels[i]));
      expect(Buffer.from(after.train.images).equals(selectImages(before.train, kept).images)).toBe(true);
      expect(Buffer.from(after.test.images).equals(before.test.images)).toBe(true);
      expect(after.test.labels).toEqual(before.test.labels);
    }
  });
});

/** An image folder of two classes with six images each. */
async function writePictures(): Promise<string> {
  const data = join(folder, "pictures");
  for (let i = 0; i < 12; i++) {
    const place = join(data, "train", i < 6 ? "cat" : "dog");
    mkdirSync(place, { recursive: true });
    mkdirSync(place.replace("train", "test"), { recursive: true });
    const file = encodePnm({ pixels: new Uint8Array(48).fill(i), height: 4, width: 4, channels: 3 });
    writeFileSync(join(place, `${i}.ppm`), file);
    if (i % 6 === 0) writeFileSync(join(place.replace("train", "test"), `${i}.ppm`), file);
  }
  return data;
}

test("a path says which image is meant, whatever was added since the scan or left out by its limit", async () => {
  const data = await writePictures();
  const suspects = join(folder, "suspects.csv");
  const names = ["cat/1", "cat/0", "dog/6", "dog/7"].map((name) => `train/${name}.ppm`);
  const rows = names.map((path, at) => `${at},${at < 2 ? 0 : 1},${-at},${at + 1},${at < 1 ? 1 : 0},${path}`);
  writeFileSync(suspects, `index,label,score,rank,suspect,path\n${rows.join("\n")}\n`);
  const out = join(folder, "out");
  await clean("--suspects", suspects, "--data", data, "--out", out);
  expect((await readDataset(out)).paths).toEqual(["train/cat/0.ppm", "train/dog/6.ppm", "train/dog/7.ppm"]);
  const absolute = names.map((path, at) => `0,${-at},${at + 1},${at < 1 ? 1 : 0},${join(data, path)}`);
  writeFileSync(suspects, `label,score,rank,suspect,path\n${absolute.join("\n")}\n`);
  await clean("--suspects", suspects, "--data", data, "--out", `${out}2`);
  expect((await readDataset(`${out}2`)).paths).toEqual(["train/cat/0.ppm", "train/dog/6.ppm", "train/dog/7.ppm"]);
});

test("a path that the set does not have is refused, and one that is there twice", async () => {
  const data = await writePictures();
  const suspects = join(folder, "suspects.csv");
  const list = async (paths: readonly string[], from = data): Promise<string> => {
    writeFileSync(suspects, `label,score,rank,path\n${paths.map((path, at) => `0,1,${at},${path}`).join("\n")}\n`);
    return clean("--suspects", suspects, "--data", from, "--out", join(folder, "out"), "--drop", "1");
  };
  await expect(list(["train/cat/0.ppm", "train/cat/99.ppm"])).rejects.toThrow(
    `--suspects names train/cat/99.ppm, which is not a training image of ${data}`,
  );
  await expect(list(["test/cat/0.ppm", "train/cat/0.ppm"])).rejects.toThrow(
    "names test/cat/0.ppm, which is not a training",
  );
  await expect(list(["train/cat/0.ppm", "./train/cat/0.ppm"])).rejects.toThrow("--suspects names image 0 twice");
  await expect(list(["", "train/cat/0.ppm"])).rejects.toThrow(
    'line 2 is not a path, a label, a suspicion and a rank: "0,1,0,"',
  );
  await expect(list(["a", "b"], writeFolder())).rejects.toThrow("in this set they have an index only");
});

test("what train wrote of an image folder is cleaned, with its attack and without --data", async () => {
  const [data, run, out] = [await writePictures(), join(folder, "run"), join(folder, "out")];
  const attack = "--attack badnets --target dog --rate 0.3 --size 12";
  const short = "--defence cbd --preset paper --epochs 1 --backdoor-epochs 1 --model small-1 --batch 4 --device cpu";
  expect(await command(`train --data ${data} --out ${run} ${attack} ${short}`)).toMatchObject({ code: 0 });
  const { rows } = await readSuspects(join(run, "suspects.csv"));
  expect(rows.length).toBe(12);
  expect(await clean("--suspects", join(run, "suspects.csv"), "--out", out, "--drop", "4")).toBe(
    `8 of 12 images in ${out}, 4 dropped\n`,
  );
  const { train: left, paths, test: tested } = await readDataset(out);
  expect([left.count, tested.count]).toEqual([8, 2]);
  // a poisoned image is a picture of its own now, in the folder of the class that the attack gave it
  const kept = rows.slice(4).map(({ index }) => `${index}`);
  expect(paths!.map((path) => path.split("/")[2]!.replace(/\..*/, "")).sort()).toEqual([...kept].sort());
});
