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
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { badnets, badnetsOptions } from "../../src/backdoor/attacks/badnets.ts";
import { poison } from "../../src/backdoor/poison.ts";
import { cleanCommand } from "../../src/cli/clean.ts";
import { parseOptions } from "../../src/cli/command.ts";
import type { Io } from "../../src/cli/io.ts";
import { parseRunConfig } from "../../src/cli/run-config.ts";
import { trainCommand } from "../../src/cli/train.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { selectImages } from "../../src/data/dataset.ts";
import { encodeCifar10 } from "../../src/data/formats/cifar10.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { readDataset } from "../../src/node/read-dataset.ts";
import { defaultsOf } from "../../src/options/table.ts";

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
