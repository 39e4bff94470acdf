import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeAtomically } from "../../src/node/atomic-file.ts";
import { readCifar10 } from "../../src/node/cifar10-files.ts";
import { makeWritableFolder } from "../../src/node/make-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const record = 3073;
const records = (labels: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: labels.length * record }, (_, i) => (i % record === 0 ? labels[i / record]! : i % 251));

test("an atomic write replaces the file and leaves nothing else", () => {
  const path = join(folder, "state");
  writeAtomically(path, "one");
  writeAtomically(path, Uint8Array.of(50));
  expect(readFileSync(path, "utf8")).toBe("2");
  expect(readdirSync(folder)).toEqual(["state"]);
});

test("a failed write keeps the old file and says why", () => {
  mkdirSync(join(folder, "taken"));
  expect(() => writeAtomically(join(folder, "taken"), "x")).toThrow(/taken: cannot be written, it is a folder/);
  expect(() => writeAtomically(join(folder, "none", "x"), "x")).toThrow(/cannot be written, no such file or folder/);
  expect(readdirSync(folder)).toEqual(["taken"]);
});

test("a folder that cannot be written is refused in one line", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeWritableFolder(join(folder, "file", "run"))).rejects.toThrow(
    `${join(folder, "file", "run")}: cannot be written, a part of the path is a file, not a folder`,
  );
  await makeWritableFolder(join(folder, "a", "b"));
  expect(readdirSync(join(folder, "a", "b"))).toEqual([]);
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o500);
    await expect(makeWritableFolder(join(folder, "c"))).rejects.toThrow("permission denied");
    chmodSync(folder, 0o700);
  }
});

test("batches are read in the order of their numbers, with the folder's class names", async () => {
  writeFileSync(join(folder, "data_batch_10.bin"), records([7]));
  writeFileSync(join(folder, "data_batch_2.bin"), records([1, 2]));
  writeFileSync(join(folder, "test_batch.bin"), records([9]));
  writeFileSync(join(folder, "batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  const { train, test: testSet, batches } = await readCifar10(folder);
  expect([...train.labels]).toEqual([1, 2, 7]);
  expect([...testSet.labels]).toEqual([9]);
  expect(batches).toEqual([
    { name: "data_batch_2.bin", count: 2 },
    { name: "data_batch_10.bin", count: 1 },
  ]);
  expect([train.classNames, testSet.classNames]).toEqual([[..."abcdefghij"], [..."abcdefghij"]]);
  expect([...train.images.slice(0, 3)]).toEqual([1, 1025 % 251, 2049 % 251]); // red, green, blue of pixel 0
});

test("missing and damaged batches are named with size and expectation", async () => {
  await expect(readCifar10(join(folder, "none"))).rejects.toThrow(/none: cannot be read, no such file or folder/);
  await expect(readCifar10(folder)).rejects.toThrow(/: no data_batch_\*\.bin; expects CIFAR-10's binary version/);
  writeFileSync(join(folder, "data_batch_1.bin"), records([1]).slice(0, 3000));
  await expect(readCifar10(folder)).rejects.toThrow(/no test_batch\.bin/);
  writeFileSync(join(folder, "test_batch.bin"), records([1]));
  await expect(readCifar10(folder)).rejects.toThrow(/data_batch_1\.bin has 3000 bytes: .* 3073/);
  writeFileSync(join(folder, "data_batch_1.bin"), records([1, 200]));
  await expect(readCifar10(folder)).rejects.toThrow(/record 1 of .*data_batch_1\.bin has label 200/);
});
