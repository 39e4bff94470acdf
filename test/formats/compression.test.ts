import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decompress, decompressHead } from "../../src/formats/compression.ts";
import { DataError } from "../../src/tensor/errors.ts";

const zeros = gzipSync(new Uint8Array(5e6)); // 5 kB that unpack to 5 MB

describe("decompress", () => {
  test("stops at the limit", async () => {
    await expect(decompress(zeros, "gzip", 1000, "bomb.gz")).rejects.toThrow(
      "bomb.gz: unpacks to more than the 1000 bytes that it can have",
    );
  });

  test("gives the first bytes without the rest", async () => {
    expect(await decompressHead(zeros, "gzip", 3, "a")).toEqual(new Uint8Array(3));
    expect((await decompressHead(gzipSync("ab"), "gzip", 3, "a")).length).toBe(2);
  });

  test.each([0, 1, 9, 20, 200, zeros.length - 1])("a file cut after %i bytes is a DataError", async (at) => {
    await expect(decompress(zeros.subarray(0, at), "gzip", 1e8, "a")).rejects.toThrow(DataError);
  });

  test("a file that is no gzip is a DataError", async () => {
    await expect(decompress(new Uint8Array(100), "gzip", 1e8, "a")).rejects.toThrow(
      "a: its compressed bytes are damaged or end early",
    );
  });
});
