import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decompressed } from "../../src/formats/compression.ts";
import { readTar } from "../../src/formats/tar.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { tarOf } from "../support/tar.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param piece - bytes per part of the stream. */
async function* inPieces(bytes: Uint8Array, piece = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

async function read(bytes: Uint8Array, largest = 1e6, piece?: number): Promise<[string, Uint8Array][]> {
  const files: [string, Uint8Array][] = [];
  for await (const { path, bytes: content } of readTar(inPieces(bytes, piece), "a.tar", { largest })) {
    files.push([path, content]);
  }
  return files;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test.each(["ustar", "pax", "gnu", "v7", "oldgnu", "posix"])("what tar writes as %s is read", async (format) => {
  const source = join(folder, format);
  const long = format === "v7" ? "c".repeat(60) : `${"d".repeat(80)}/${"e".repeat(90)}`; // beyond the 100 characters of a header
  const longer = ["pax", "gnu", "oldgnu", "posix"].includes(format) ? `${"f".repeat(120)}-é` : "f";
  const wanted: [string, Uint8Array][] = [
    ["a/empty", new Uint8Array()],
    ["a/block", new Uint8Array(512).fill(7)],
    [`a/${long}`, text("long")],
    [`a/${longer}`, Uint8Array.from({ length: 5000 }, (_, i) => i & 255)],
  ];
  for (const [path, bytes] of wanted) {
    mkdirSync(join(source, path, ".."), { recursive: true });
    writeFileSync(join(source, path), bytes);
  }
  const archive = join(folder, `${format}.tar`);
  execFileSync("tar", [`--format=${format}`, "-cf", archive, "-C", source, "./a"]);
  const found = new Map(await read(readFileSync(archive)));
  expect(found).toEqual(new Map(wanted));
});

test("a compressed archive is read as it unpacks, in parts of any length", async () => {
  mkdirSync(join(folder, "z"));
  for (let i = 0; i < 5; i++) writeFileSync(join(folder, "z", `${i}`), new Uint8Array(i * 300).fill(i));
  execFileSync("tar", ["-czf", join(folder, "z.tar.gz"), "-C", folder, "z"]);
  const names: string[] = [];
  const bytes = decompressed(readFileSync(join(folder, "z.tar.gz")), "gzip", "z.tar.gz");
  for await (const { path } of readTar(bytes, "z.tar.gz", { largest: 1e6 })) names.push(path);
  expect(names.sort()).toEqual(["z/0", "z/1", "z/2", "z/3", "z/4"]);
  const archive = tarOf([
    ["a", text("one")],
    ["b/c", text("two")],
  ]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), async (piece) => {
      expect(await read(archive, 1e6, piece)).toEqual([
        ["a", text("one")],
        ["b/c", text("two")],
      ]);
    }),
    { numRuns: 20 },
  );
});

test.each(["../a", "a/../../b", "/etc/passwd", "a\\b", "..\\a", "C:/a", "a/\u0007b", "a\nb", "..", "."])(
  "a file that would lie at %j is refused",
  async (path) => {
    await expect(read(tarOf([[path, text("x")]]))).rejects.toThrow(
      /^a\.tar: holds a file that would lie outside of its folder/,
    );
  },
);

test("links and devices are refused, folders skipped", async () => {
  symlinkSync("/etc", join(folder, "link"));
  execFileSync("tar", ["-cf", join(folder, "link.tar"), "-C", folder, "link"]);
  await expect(read(readFileSync(join(folder, "link.tar")))).rejects.toThrow('holds a link or a device, "link"');
  expect(
    await read(
      tarOf([
        ["a/", new Uint8Array(), "5"],
        ["a/b", text("x")],
      ]),
    ),
  ).toEqual([["a/b", text("x")]]);
  await expect(read(tarOf([["dev", new Uint8Array(), "3"]]))).rejects.toThrow("holds a link or a device");
});

test("an archive of more bytes than it may have is refused before they are read", async () => {
  const archive = tarOf([
    ["a", new Uint8Array(3000)],
    ["b", new Uint8Array(3000)],
  ]);
  expect((await read(archive, 7024)).length).toBe(2);
  await expect(read(archive, 7023)).rejects.toThrow("a.tar: unpacks to more than 7023 bytes");
  const claims = tarOf([["huge", new Uint8Array(512)]]);
  claims.set(text("77777777777\0"), 124); // 8 GiB in the header
  await expect(read(resealed(claims), 1e6)).rejects.toThrow("unpacks to more than 1000000 bytes");
  const many = tarOf(Array.from({ length: 100 }, (_, i) => [`${i}`, new Uint8Array()] as const));
  await expect(read(many, 99 * 512)).rejects.toThrow("unpacks to more than");
});

/** The checksum of the first header made right again. */
function resealed(archive: Uint8Array): Uint8Array {
  const sum = archive.subarray(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  archive.set(text(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return archive;
}

test("damage is a DataError, whatever is cut or changed", async () => {
  const archive = tarOf([
    ["a", text("one")],
    ["b", text("two")],
  ]);
  await expect(read(new Uint8Array())).rejects.toThrow("a.tar: ends in the middle");
  await expect(read(text("x".repeat(512)))).rejects.toThrow("a.tar: is not a tar archive, or is damaged");
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1024), async (length) => {
      await expect(read(archive.subarray(0, length))).rejects.toThrow(DataError);
    }),
    { numRuns: 30 },
  );
  // All but the first digit and the end of the sum itself, where a blank, a zero and an end are the same number.
  const places = fc.nat(511).filter((at) => ![148, 154, 155].includes(at));
  await fc.assert(
    fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = archive.slice();
      damaged[at] = damaged[at]! ^ change;
      await expect(read(damaged)).rejects.toThrow(DataError);
    }),
    { numRuns: 60 },
  );
});
