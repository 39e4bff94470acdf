import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readDataset } from "../../src/node/read-dataset.ts";

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

test("batches are read in the order of their numbers, with the folder's class names", async () => {
  writeFileSync(join(folder, "data_batch_10.bin"), records([7]));
  writeFileSync(join(folder, "data_batch_2.bin"), records([1, 2]));
  writeFileSync(join(folder, "test_batch.bin"), records([9]));
  writeFileSync(join(folder, "batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  const { train, test: testSet, files } = await readDataset(folder);
  expect([...train.labels]).toEqual([1, 2, 7]);
  expect([...testSet.labels]).toEqual([9]);
  expect(files).toEqual([
    { name: "data_batch_2.bin", count: 2 },
    { name: "data_batch_10.bin", count: 1 },
  ]);
  expect([train.classNames, testSet.classNames]).toEqual([[..."abcdefghij"], [..."abcdefghij"]]);
  expect([...train.images.slice(0, 3)]).toEqual([1, 1025 % 251, 2049 % 251]); // red, green, blue of pixel 0
});

test("missing and damaged batches are named with size and expectation", async () => {
  await expect(readDataset(join(folder, "none"))).rejects.toThrow(/none: cannot be read, no such file or folder/);
  await expect(readDataset(folder)).rejects.toThrow(
    /0 files are of no known format\n[\s\S]*CIFAR-10's binary version: data_batch_\*\.bin/,
  );
  writeFileSync(join(folder, "data_batch_1.bin"), records([1]).slice(0, 3000));
  await expect(readDataset(folder)).rejects.toThrow(/data_batch_1\.bin has 3000 bytes: .* 3073/);
  writeFileSync(join(folder, "test_batch.bin"), records([1]));
  await expect(readDataset(folder)).rejects.toThrow(/data_batch_1\.bin has 3000 bytes: .* 3073/);
  writeFileSync(join(folder, "data_batch_1.bin"), records([1, 200]));
  await expect(readDataset(folder)).rejects.toThrow(/record 1 of .*data_batch_1\.bin has label 200/);
});
