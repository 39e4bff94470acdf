import fc from "fast-check";
import { expect, test } from "vitest";
import { encodePng } from "../../src/formats/png.ts";
import { decodePnm, encodePnm } from "../../src/formats/pnm.ts";
import { DataError } from "../../src/tensor/errors.ts";

const bytes = (header: string, ...values: readonly number[]): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(header), ...values]);

test.each([
  ["P5\n2 1\n255\n", [65, 66], [65, 66]],
  ["P5 2 1 255 ", [65, 66], [65, 66]],
  ["P5\r\n# one\r\n2 # two\n# three\n1\n255\n", [35, 10], [35, 10]], // pixels that look like a comment and a line end
  ["P5\n2 1\n15\n", [15, 3], [255, 51]],
  ["P5\n2 1\n1\n", [1, 9], [255, 255]], // above the header's full brightness
  ["P5\n2 1\n65535\n", [255, 255, 128, 64], [255, 128]],
  ["P5\n2 1\n1000\n", [3, 232, 1, 244], [255, 128]],
])("%j is read", (header, values, expected) => {
  const { pixels, height, width, channels } = decodePnm(bytes(header, ...values));
  expect([height, width, channels, [...pixels]]).toEqual([1, 2, 1, expected]);
});

test.each([
  ["P3\n1 1\n255\n1 2 3", "is not a binary PPM or PGM"],
  ["P6\n0 1\n255\n", "its header says 1×0 pixels"],
  ["P6\n-1 1\n255\n", "a number is missing"],
  ["P6\n99999 99999\n255\n", "its header says 99999×99999 pixels"],
  ["P6\n1 1\n70000\n", "its header says 70000 for full brightness"],
  ["P6\n1 1\n0\n", "its header says 0 for full brightness"],
  ["P6\n1 1\n255", "its header does not end"],
  ["P6\n1 1", "a number is missing"],
  ["P6\n2 2\n255\nabc", "ends early: 3 of 12 bytes of pixels"],
])("%j is refused", (text, message) => {
  expect(() => decodePnm(bytes(text))).toThrow(message);
  expect(() => decodePnm(bytes(text))).toThrow(DataError);
});

test("a comment without an end is refused, not read on", () => {
  expect(() => decodePnm(bytes(`P6\n#${"x".repeat(1e5)}`))).toThrow(DataError);
});

test("encodePnm is undone by decodePnm, and by no one where sizes do not fit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(1, 3),
      fc.nat(),
      (height, width, channels, seed) => {
        const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 31 + seed) % 256);
        expect(decodePnm(encodePnm({ pixels, height, width, channels }))).toEqual({ pixels, height, width, channels });
      },
    ),
  );
  expect(() => encodePnm({ pixels: new Uint8Array(5), height: 1, width: 2, channels: 3 })).toThrow(DataError);
});

test("encodePng refuses what it cannot hold", async () => {
  await expect(encodePng({ pixels: new Uint8Array(8), height: 1, width: 2, channels: 4 })).rejects.toThrow(DataError);
});
