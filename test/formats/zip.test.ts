import fc from "fast-check";
import { expect, test } from "vitest";
import { readZip } from "../../src/formats/zip.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { zipOf } from "../support/zip.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const noise = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7919) & 255);

async function read(bytes: Uint8Array, largest = 1e6): Promise<[string, Uint8Array][]> {
  const entries = readZip(bytes, "a.zip", { largest });
  return Promise.all(entries.map(async ({ path, read }) => [path, await read()] as [string, Uint8Array]));
}

test("stored and deflated files are read, folders skipped", async () => {
  const archive = await zipOf([
    ["a/", new Uint8Array()],
    ["a/stored.txt", text("one")],
    ["a/é.bin", noise, { deflate: true }],
    ["empty", new Uint8Array()],
  ]);
  expect(await read(archive)).toEqual([
    ["a/stored.txt", text("one")],
    ["a/é.bin", noise],
    ["empty", new Uint8Array()],
  ]);
});

test("numbers in zip64 fields, a comment behind the end, and bytes before the start of a view", async () => {
  const files = [
    ["a", text("one")],
    ["b", noise, { deflate: true }],
  ] as const;
  const archive = await zipOf(files, { zip64: true, comment: "PK\u0005\u0006 is no end" });
  const inside = new Uint8Array(archive.length + 3);
  inside.set(archive, 3);
  expect(await read(inside.subarray(3))).toEqual(files.map(([path, bytes]) => [path, bytes]));
});

/** By Python's zipfile: a deflated file, and a stored one that was opened with force_zip64. */
const byPython = [
  "UEsDBBQAAAAIAAAAIQCHJ0oXEAAAANwFAAAHAAAAeC9hLnR4dMvPS80fRaNoFI2iUTS8EABQSwMELQAAAAAAAAAhAIjizs7/////",
  "/////wcAFAB4L2IuYmluAQAQABAAAAAAAAAAEAAAAAAAAAAAAQIDBAUGBwgJCgsMDQ4PUEsBAhQDFAAAAAgAAAAhAIcnShcQAAAA",
  "3AUAAAcAAAAAAAAAAAAAAIABAAAAAHgvYS50eHRQSwECLQMtAAAAAAAAACEAiOLOzhAAAAAQAAAABwAAAAAAAAAAAAAAgAE1AAAA",
  "eC9iLmJpblBLBQYAAAAAAgACAGoAAAB+AAAAAAA=",
].join("");

test("what Python's zipfile writes is read", async () => {
  expect(await read(new Uint8Array(Buffer.from(byPython, "base64")))).toEqual([
    ["x/a.txt", text("one".repeat(500))],
    ["x/b.bin", Uint8Array.from({ length: 16 }, (_, i) => i)],
  ]);
});

test.each(["../a", "a/../../b", "/etc/passwd", "a\\b", "C:/a", "a\nb", "../"])(
  "a file that would lie at %j is refused",
  async (path) => {
    const archive = await zipOf([[path, text("x")]]);
    expect(() => readZip(archive, "a.zip", { largest: 1e6 })).toThrow(/^a\.zip: holds a file that would lie outside/);
  },
);

test("links, encrypted files and other ways of packing are refused", async () => {
  const link = await zipOf([["etc", text("/etc"), { mode: 0o120777 }]]);
  await expect(read(link)).rejects.toThrow('holds a link, "etc"');
  await expect(read(await zipOf([["a", text("x"), { flags: 1 }]]))).rejects.toThrow('"a" is encrypted');
  await expect(read(await zipOf([["a", text("x"), { method: 14 }]]))).rejects.toThrow(
    "a.zip: a: is packed by method 14",
  );
});

test("an archive that unpacks to more than it may is refused, also where it lies about its sizes", async () => {
  const zeros = new Uint8Array(100_000);
  const bomb = await zipOf([
    ["a", zeros, { deflate: true }],
    ["b", zeros, { deflate: true }],
  ]);
  expect(bomb.length).toBeLessThan(2000);
  await expect(read(bomb, 199_999)).rejects.toThrow("a.zip: unpacks to more than 199999 bytes");
  expect((await read(bomb, 200_000)).length).toBe(2);
  const lies = await zipOf([["a", zeros, { deflate: true, size: 10 }]]);
  await expect(read(lies)).rejects.toThrow("a.zip: a: unpacks to more than the 10 bytes");
});

test("damage is a DataError, whatever is cut or changed", async () => {
  const files = [
    ["a", text("one")],
    ["b", noise, { deflate: true }],
  ] as const;
  const archive = await zipOf(files);
  await expect(read(new Uint8Array())).rejects.toThrow("a.zip: is not a zip archive, or is truncated");
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1), async (length) => {
      await expect(read(archive.subarray(0, length))).rejects.toThrow(DataError);
    }),
    { numRuns: 40 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = archive.slice();
      damaged[at] = damaged[at]! ^ change;
      try {
        // times and versions mean nothing here; what is read nevertheless must be what was written, under some name
        const contents = (await read(damaged)).map(([, bytes]) => bytes);
        for (const bytes of contents) expect([files[0][1], files[1][1]]).toContainEqual(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }),
    { numRuns: 200 },
  );
});
