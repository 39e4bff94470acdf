import { describe, expect, test } from "vitest";
import { encodeIdx, idxLabels, readIdxHeader } from "../../src/data/idx-array.ts";
import { DataError } from "../../src/tensor/errors.ts";

describe("IDX", () => {
  test("labels of every whole number are read, the highest byte first", () => {
    expect([...idxLabels(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 255), "a")]).toEqual([7, 255]);
    expect([...idxLabels(Uint8Array.of(0, 0, 9, 1, 0, 0, 0, 1, 255), "a")]).toEqual([-1]);
    expect([...idxLabels(Uint8Array.of(0, 0, 11, 1, 0, 0, 0, 1, 1, 2), "a")]).toEqual([258]);
    expect([...idxLabels(Uint8Array.of(0, 0, 12, 1, 0, 0, 0, 1, 0, 1, 0, 2), "a")]).toEqual([65538]);
  });

  test.each([
    ["an empty file", [], /is not an IDX file/],
    ["floats", [0, 0, 13, 1, 0, 0, 0, 1], /is not an IDX file of whole numbers/],
    ["no axes", [0, 0, 8, 0], /with 1 to 4 axes/],
    ["a header that ends", [0, 0, 8, 3, 0, 0, 0, 1], /ends within its header, after 8 of 16 bytes/],
    [
      "huge sizes",
      [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
      /its header says 4294967295×/,
    ],
    ["an axis of zero", [0, 0, 8, 1, 0, 0, 0, 0], /its header says 0 values/],
  ])("%s is refused before anything is allocated", (_, bytes, message) => {
    expect(() => readIdxHeader(Uint8Array.from(bytes), "a")).toThrow(message);
    expect(() => readIdxHeader(Uint8Array.from(bytes), "a")).toThrow(DataError);
  });

  test("encodeIdx is read back", () => {
    expect(readIdxHeader(encodeIdx(new Uint8Array(6), [1, 2, 3]), "a")).toMatchObject({
      shape: [1, 2, 3],
      bytes: 1,
      start: 16,
    });
  });
});
