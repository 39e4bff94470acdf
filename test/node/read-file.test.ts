import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { reasonOf } from "../../src/node/file-reason.ts";
import { readDataset } from "../../src/node/read-dataset.ts";
import { readBytes, readText, withFile } from "../../src/node/read-file.ts";
import { readTuning } from "../../src/node/tuning-file.ts";
import { DataError } from "../../src/tensor/errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "read-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

test("a file is read whole, or a part of it", async () => {
  writeFileSync(at("f"), "0123456789");
  expect(Buffer.from(await readBytes(at("f"))).toString()).toBe("0123456789");
  expect(await readText(at("f"), 10)).toBe("0123456789");
  await withFile(at("f"), async (file) => {
    expect(file.size).toBe(10);
    expect([...(await file.read(3, 6))]).toEqual([51, 52, 53]);
    await expect(file.read(8, 12)).rejects.toThrow(`${at("f")}: ends after 10 bytes; 12 were expected`);
  });
});

test("larger than plausible, or not text: one line", async () => {
  writeFileSync(at("big"), "");
  truncateSync(at("big"), 2 ** 30); // no blocks on the disk, yet a reader would take 1 GiB of memory
  await expect(readText(at("big"), 2 ** 20)).rejects.toThrow(
    new DataError(`${at("big")}: has 1073741824 bytes; such a file has 1048576 at most`),
  );
  truncateSync(at("big"), 2 ** 33);
  await expect(readBytes(at("big"))).rejects.toThrow("has 8589934592 bytes; such a file has 4294967296 at most");
  writeFileSync(at("bytes"), Uint8Array.of(0xc3, 0x28));
  await expect(readText(at("bytes"), 10)).rejects.toThrow(`${at("bytes")}: is not a text in UTF-8`);
});

test("pipes, sockets, devices, folders and links that go in a circle are refused at once", async () => {
  spawnSync("mkfifo", [at("pipe")]);
  const server = createServer().listen(at("socket"));
  await new Promise((resolve) => server.on("listening", resolve));
  mkdirSync(at("folder"));
  symlinkSync("/dev/zero", at("zero"));
  symlinkSync(at("pipe"), at("to-pipe"));
  symlinkSync(at("loop-b"), at("loop-a"));
  symlinkSync(at("loop-a"), at("loop-b"));
  symlinkSync(at("nothing"), at("dangling"));
  const reasons: Record<string, string> = {
    pipe: "it is a pipe, not a file",
    "to-pipe": "it is a pipe, not a file",
    socket: "it is a socket, not a file",
    zero: "it is a device, not a file",
    folder: "it is a folder, not a file",
    "loop-a": "its links go round in a circle",
    dangling: "no such file or folder",
    "x\0y": "the name has a character that no file name can have",
    ["n".repeat(300)]: "the name is too long",
  };
  for (const [name, reason] of Object.entries(reasons)) {
    await expect(readBytes(at(name))).rejects.toThrow(new DataError(`${at(name)}: cannot be read, ${reason}`));
    await expect(readTuning(at(name))).rejects.toThrow(DataError);
  }
  server.close();
});

const record = 3073;
const records = (labels: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: labels.length * record }, (_, i) => (i % record === 0 ? labels[i / record]! : i % 251));

test.each([
  ["data_batch_1.bin", "a pipe"],
  ["test_batch.bin", "a device"],
  ["batches.meta.txt", "a pipe"],
])("a data folder whose %s is %s is refused at once", async (name, kind) => {
  for (const file of ["data_batch_1.bin", "test_batch.bin"]) writeFileSync(at(file), records([1]));
  rmSync(at(name), { force: true });
  if (kind === "a pipe") spawnSync("mkfifo", [at(name)]);
  else symlinkSync("/dev/zero", at(name));
  await expect(readDataset(folder)).rejects.toThrow(`${at(name)}: cannot be read, it is ${kind}, not a file`);
});

test("class names of a gigabyte are refused, escapes in them are shown as such", async () => {
  for (const file of ["data_batch_1.bin", "test_batch.bin"]) writeFileSync(at(file), records([1]));
  writeFileSync(at("batches.meta.txt"), `\u001b[31mred\n${"x".repeat(100_000)}\n${"c\n".repeat(8)}`);
  const { train } = await readDataset(folder);
  expect(train.classNames!.slice(0, 3)).toEqual(["\\u{1b}[31mred", `${"x".repeat(80)}…`, "c"]);
  truncateSync(at("batches.meta.txt"), 2 ** 30);
  await expect(readDataset(folder)).rejects.toThrow("batches.meta.txt: has 1073741824 bytes");
});

test("a limit reads what it needs of a batch of 2 GB, and no more of the batches after it", async () => {
  writeFileSync(at("data_batch_1.bin"), records([1, 2, 3]));
  writeFileSync(at("data_batch_2.bin"), records([4, 5]));
  truncateSync(at("data_batch_2.bin"), record * 700_000);
  writeFileSync(at("data_batch_3.bin"), records([200])); // a wrong label, which nobody reads
  writeFileSync(at("test_batch.bin"), records([9]));
  const before = process.memoryUsage().arrayBuffers;
  const { train, test: testSet, files } = await readDataset(folder, { limit: 6 });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
  expect([...train.labels]).toEqual([1, 2, 3, 4, 5, 0]);
  expect([train.count, train.images.length, testSet.count]).toEqual([6, 6 * 3072, 1]);
  expect(files).toEqual([
    { name: "data_batch_1.bin", count: 3 },
    { name: "data_batch_2.bin", count: 3 },
  ]);
  expect(train.images.slice(3 * 3072, 3 * 3072 + 3)).toEqual(Uint8Array.of(1, 1025 % 251, 2049 % 251));
  truncateSync(at("data_batch_2.bin"), record * 1_100_000);
  await expect(readDataset(folder)).rejects.toThrow("1100004 images in 3 files; 1048576 are read at most");
});

test("more records than one piece are read in order", async () => {
  const labels = Array.from({ length: 2500 }, (_, i) => i % 10);
  writeFileSync(at("data_batch_1.bin"), records(labels));
  writeFileSync(at("test_batch.bin"), records([9]));
  const { train } = await readDataset(folder);
  expect([...train.labels]).toEqual(labels);
  writeFileSync(at("data_batch_1.bin"), records([...labels.slice(0, 2000), 77]));
  await expect(readDataset(folder)).rejects.toThrow(/record 2000 of .*data_batch_1.bin has label 77/);
});

test("what the system says is told in words, and never with raw escapes", () => {
  for (const code of ["ENOSPC", "EPIPE", "EDQUOT", "EROFS", "EIO", "EFBIG"]) {
    expect(reasonOf(Object.assign(new Error("x"), { code }))).toMatch(/^[a-z -]+$/);
  }
  expect(reasonOf(new Error("odd \u001b[31m"))).toBe("odd \\u{1b}[31m");
  expect(reasonOf(null)).toBe("null");
});
