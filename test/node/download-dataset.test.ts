import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { builtinDataset } from "../../src/data/builtin.ts";
import { selectImages } from "../../src/data/dataset.ts";
import type { DatasetDownload } from "../../src/data/downloads.ts";
import { datasetDownloads } from "../../src/data/downloads.ts";
import { encodeCifar10 } from "../../src/data/formats/cifar10.ts";
import { datasetFormats } from "../../src/data/formats/index.ts";
import { encodeIdx } from "../../src/data/idx-array.ts";
import { compress } from "../../src/formats/compression.ts";
import type { DownloadDatasetOptions } from "../../src/node/download-dataset.ts";
import { downloadDataset } from "../../src/node/download-dataset.ts";
import { readDataset } from "../../src/node/read-dataset.ts";
import { command } from "../cli/capture.ts";
import type { Answer, FileServer } from "../support/file-server.ts";
import { fileServer, silentAt, whole } from "../support/file-server.ts";
import { tarOf } from "../support/tar.ts";
import { zipOf } from "../support/zip.ts";

const images = builtinDataset({ count: 5, size: 32 });
const [train, testPart] = [encodeCifar10(images), encodeCifar10(selectImages(images, [0, 1]))];
const cifarFiles = [
  ["cifar-10-batches-bin/data_batch_1.bin", train],
  ["cifar-10-batches-bin/test_batch.bin", testPart],
  ["cifar-10-batches-bin/readme.html", new TextEncoder().encode("<b>")],
] as const;

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** CIFAR-10's row for a small archive of the same form. */
function rowFor(archive: Uint8Array, changes: Partial<DatasetDownload["files"][0]> = {}): DatasetDownload {
  const row = datasetDownloads.find(({ name }) => name === "cifar10")!;
  const file = {
    ...row.files[0]!,
    bytes: archive.length,
    checksum: { algorithm: "sha256", hex: sha256(archive) } as const,
  };
  return { ...row, train: 5, test: 2, files: [{ ...file, ...changes }] };
}

let folder: string;
let out: string;
let archive: Uint8Array;
let server: FileServer | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  out = join(folder, "cifar10");
  archive = await compress(tarOf(cifarFiles), "gzip");
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function download(
  row: DatasetDownload,
  answer: Answer,
  options: Partial<DownloadDatasetOptions> = {},
): Promise<void> {
  await server?.close();
  server = await fileServer({ "cifar-10-binary.tar.gz": [answer] });
  const signal = new AbortController().signal;
  await downloadDataset(row, out, { address: server.url, signal, tries: 1, ...options });
}

test("the archive's files of the set lie in the new folder, and nothing else", async () => {
  await download(rowFor(archive), whole(archive));
  expect(readdirSync(folder)).toEqual(["cifar10"]);
  expect(readdirSync(out).sort()).toEqual(["data_batch_1.bin", "test_batch.bin"]);
  expect(readFileSync(join(out, "data_batch_1.bin")).equals(train)).toBe(true);
});

test("an empty folder is filled; one that holds the set is left alone; one that holds something else is refused", async () => {
  mkdirSync(out);
  await download(rowFor(archive), whole(archive));
  const notes: string[] = [];
  await download(rowFor(archive), whole(archive), { onNote: (note) => notes.push(note) });
  expect(server!.requests).toEqual([]);
  expect(notes).toEqual([`${out} holds cifar10 already; nothing was downloaded`]);
  writeFileSync(join(out, "data_batch_1.bin"), "");
  await expect(download(rowFor(archive), whole(archive))).rejects.toThrow(
    "holds files that are not cifar10; name a new folder",
  );
  rmSync(out, { recursive: true });
  writeFileSync(out, "a file");
  await expect(download(rowFor(archive), whole(archive))).rejects.toThrow(
    /cannot be written, a part of the path is a file/,
  );
});

test("an archive that leads out of its folder, unpacks to too much or is damaged leaves no folder", async () => {
  for (const [files, changes, message] of [
    [[["../../etc/passwd", train]], {}, /would lie outside of its folder/],
    [cifarFiles, { unpackedBytes: 10_000 }, /unpacks to more than 10000 bytes/],
    [cifarFiles.slice(0, 1), {}, /no class has two images, of which one could be a test image/],
    [[[cifarFiles[0]![0], train.subarray(1)], cifarFiles[1]!], {}, /data_batch_1\.bin has 15364 bytes/],
    [
      [cifarFiles[1]!, ["cifar-10-batches-bin/data_batch_1.bin", testPart]],
      {},
      /has 2 training and 2 test images; cifar10 has 5 and 2/,
    ],
  ] as const) {
    const bytes = await compress(tarOf(files as never), "gzip");
    await expect(download(rowFor(bytes, changes), whole(bytes))).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(["cifar10.part"]);
    rmSync(`${out}.part`, { recursive: true });
  }
  const cut = archive.subarray(0, archive.length - 100);
  await expect(download(rowFor(cut), whole(cut))).rejects.toThrow(
    "cifar-10-binary.tar.gz: its compressed bytes are damaged or end early",
  );
  expect(existsSync(out)).toBe(false);
});

test("a set of several files, some of them zip archives, is put together by its places", async () => {
  const [first, second] = [
    await zipOf([
      ["X/a/data_batch_1.bin", train, { deflate: true }],
      ["X/b", train],
    ]),
    testPart,
  ];
  const row = rowFor(archive);
  const checked = (bytes: Uint8Array) => ({
    bytes: bytes.length,
    checksum: { algorithm: "sha256", hex: sha256(bytes) } as const,
  });
  const places = [[/^X\/a\/(.*)$/, "$1"]] as const;
  const files = [
    { name: "a.zip", ...checked(first), packing: "zip", unpackedBytes: 1e6, places },
    { name: "test_batch.bin", ...checked(second), packing: "none" },
  ] as const;
  server = await fileServer({ "mirror/a.zip": [whole(first)], "mirror/test_batch.bin": [whole(second)] });
  const signal = new AbortController().signal;
  await downloadDataset({ ...row, files }, out, { address: `${server.url}mirror`, signal });
  expect(readdirSync(out).sort()).toEqual(["data_batch_1.bin", "test_batch.bin"]);
});

/** Each set's files in small, packed as its authors pack them: three training images and two test images of two classes. */
const small: Readonly<Record<string, () => Promise<Readonly<Record<string, Uint8Array>>>>> = {
  cifar10: async () => ({ "cifar-10-binary.tar.gz": await compress(tarOf(cifarFiles), "gzip") }),
  async cifar100() {
    const records = (labels: readonly number[]): Uint8Array =>
      Uint8Array.from(labels.flatMap((label) => [label, label, ...new Array(3072).fill(9)]));
    const files = [
      ["cifar-100-binary/train.bin", records([0, 1, 1])],
      ["cifar-100-binary/test.bin", records([0, 1])],
    ] as const;
    return { "cifar-100-binary.tar.gz": await compress(tarOf(files), "gzip") };
  },
  async gtsrb() {
    const picture = (value: number): Uint8Array =>
      Uint8Array.from([...text("P6\n3 2\n255\n"), ...new Array(18).fill(value)]);
    const table = (rows: readonly string[]): Uint8Array =>
      text(["Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId", ...rows, ""].join("\r\n"));
    const row = (name: string, label: number): string => `${name};3;2;0;0;2;1;${label}`;
    const [training, test] = ["GTSRB/Final_Training/Images", "GTSRB/Final_Test/Images"];
    return {
      "GTSRB_Final_Training_Images.zip": await zipOf([
        ["GTSRB/", text("")],
        ["GTSRB/Readme-Images.txt", text("read me")],
        [`${training}/00000/GT-00000.csv`, table([row("00000_00000.ppm", 0)]), { deflate: true }],
        [`${training}/00000/00000_00000.ppm`, picture(1), { deflate: true }],
        [`${training}/00001/GT-00001.csv`, table([row("00000_00000.ppm", 1), row("00000_00001.ppm", 1)])],
        [`${training}/00001/00000_00000.ppm`, picture(2)],
        [`${training}/00001/00000_00001.ppm`, picture(3)],
      ]),
      "GTSRB_Final_Test_Images.zip": await zipOf([
        [`${test}/GT-final_test.test.csv`, text("Filename;Width;Height\r\n")], // without classes
        [`${test}/00000.ppm`, picture(4)],
        [`${test}/00001.ppm`, picture(5)],
      ]),
      "GTSRB_Final_Test_GT.zip": await zipOf([
        ["GT-final_test.csv", table([row("00000.ppm", 0), row("00001.ppm", 1)]), { deflate: true }],
      ]),
    };
  },
  mnist: () => idxFiles(),
  "fashion-mnist": () => idxFiles(),
};

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function idxFiles(): Promise<Readonly<Record<string, Uint8Array>>> {
  const pixels = (count: number): Uint8Array => new Uint8Array(count * 28 * 28).fill(7);
  return {
    "train-images-idx3-ubyte.gz": await compress(encodeIdx(pixels(3), [3, 28, 28]), "gzip"),
    "train-labels-idx1-ubyte.gz": await compress(encodeIdx(Uint8Array.of(0, 1, 1), [3]), "gzip"),
    "t10k-images-idx3-ubyte.gz": await compress(encodeIdx(pixels(2), [2, 28, 28]), "gzip"),
    "t10k-labels-idx1-ubyte.gz": await compress(encodeIdx(Uint8Array.of(0, 1), [2]), "gzip"),
  };
}

test.each(datasetDownloads.map(({ name }) => name))(
  "%s comes from files packed as its authors pack them",
  async (name) => {
    const files = await small[name]!();
    server = await fileServer(Object.fromEntries(Object.entries(files).map(([file, bytes]) => [file, [whole(bytes)]])));
    const names = datasetDownloads.find((row) => row.name === name)!.files.map((file) => file.name);
    const hashes = names.map((file) => `--sha256 ${sha256(files[file]!)}`).join(" ");
    const { code, out: printed, err } = await command(`data ${name} --out ${out} --url ${server.url} ${hashes}`);
    expect([code, err]).toEqual([0, ""]);
    const count = name === "cifar10" ? 5 : 3;
    expect(printed).toMatch(new RegExp(`: ${count} training and 2 test images, \\d+ classes\n$`));
    expect(readdirSync(folder)).toEqual(["cifar10"]);
    const { train: read } = await readDataset(out);
    expect(read.count).toBe(count);
  },
);

const packedAnew = (): string => `--sha256 ${sha256(archive)}`;

test("the command: from another address, whether a folder or the file", async () => {
  server = await fileServer({ "x/cifar-10-binary.tar.gz": [whole(archive)], "my.tgz": [whole(archive)] });
  const first = await command(`data cifar10 --out ${out} --url ${server.url}x/ ${packedAnew()}`);
  expect(first).toMatchObject({ code: 0, out: `${out}: 5 training and 2 test images, 10 classes\n` });
  const second = await command(`data cifar10 --out ${out}2 --url ${server.url}my.tgz ${packedAnew()}`);
  expect(second).toMatchObject({ code: 0, out: `${out}2: 5 training and 2 test images, 10 classes\n` });
});

test("the command: interrupted, it says how to go on, and goes on", async () => {
  let reached = (): void => {};
  const interruptWhen = new Promise<void>((resolve) => {
    reached = resolve;
  });
  server = await fileServer({ "cifar-10-binary.tar.gz": [silentAt(archive, 2000, () => reached()), whole(archive)] });
  const line = `data cifar10 --out ${out} --url ${server.url} ${packedAnew()}`;
  const stopped = await command(line, { interruptWhen });
  expect(stopped).toEqual({
    code: 130,
    out: "",
    err: `interrupted; ${out}.part keeps what has come, and the same command goes on from there\n`,
  });
  const second = await command(line);
  expect(second.code).toBe(0);
  expect(second.err).toContain("goes on from 0.0 MB");
  expect(server.requests.map((request) => request.split(" ")[2])).toEqual(["0", "2000"]);
});

test.each([
  ["data", /^deconfound data: cifar10\|.* is missing; see deconfound data --help\n$/],
  ["data imagenet", /^deconfound data: there is no set "imagenet" to download: cifar10, cifar100, /],
  ["data cifar10 --out OUT --url ftp://x/", /^deconfound data: "ftp:\/\/x\/" is not an address of the form https/],
  [
    "data cifar10 --out OUT --sha256 00",
    /^deconfound data: sha256: expects 1 SHA-256 of 64 hexadecimal digits, one per file: cifar-10/,
  ],
  [
    "data cifar10 --out OUT --url URLnone/",
    /^deconfound data: .*\/none\/cifar-10-binary\.tar\.gz: the server says 404/,
  ],
  [
    "data cifar10 --out OUT --url URL",
    /^deconfound data: .*: has \d+ bytes, 170052171 are expected; it is another file\n$/,
  ],
  ["data cifar10 --out OUT --url URL --sha256 HASH", /is another file than expected, or was damaged on its way/],
])("deconfound %s: exit 2 and one line", async (line, message) => {
  server = await fileServer({ "cifar-10-binary.tar.gz": [whole(archive)] });
  const words = line.replace("OUT", out).replace("URL", server.url).replace("HASH", "0".repeat(64));
  const { code, out: printed, err } = await command(words);
  expect([code, printed]).toEqual([2, ""]);
  expect(err).toMatch(message);
  expect(existsSync(out)).toBe(false);
});

test("every set has a format that reads it, checksums, and an address that ends in a slash", () => {
  for (const { name, format, address, files } of datasetDownloads) {
    expect([name, datasetFormats.some((known) => known.name === format)]).toEqual([name, true]);
    expect(new URL(address).pathname.endsWith("/")).toBe(true);
    for (const { checksum, packing, places } of files) {
      expect(checksum.hex).toMatch(checksum.algorithm === "md5" ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{64}$/);
      expect(places === undefined).toBe(packing === "none");
    }
  }
});
