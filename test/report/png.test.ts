import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { contactSheet, differenceOf } from "../../src/report/contact-sheet.ts";
import type { Picture } from "../../src/report/picture.ts";
import { encodePng } from "../../src/report/png.ts";

/** Reads what {@link encodePng} writes, by the specification: chunks, inflate, filter "up". */
function decode(file: Uint8Array): Picture {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < file.length; at += 12 + view.getUint32(at)) {
    const type = new TextDecoder().decode(file.subarray(at + 4, at + 8));
    chunks.set(type, file.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const header = chunks.get("IHDR")!;
  const size = new DataView(header.buffer, header.byteOffset);
  const [width, height, channels] = [size.getUint32(0), size.getUint32(4), header[9] === 0 ? 1 : 3];
  expect([...header.subarray(8)]).toEqual([8, channels === 1 ? 0 : 2, 0, 0, 0]);
  const rows = inflateSync(chunks.get("IDAT")!);
  const row = width * channels;
  const pixels = new Uint8Array(height * row);
  for (let at = 0; at < pixels.length; at++) {
    expect(rows[Math.floor(at / row) * (row + 1)]).toBe(2);
    pixels[at] = rows[at + Math.floor(at / row) + 1]! + (at < row ? 0 : pixels[at - row]!);
  }
  return { height, width, channels, pixels };
}

const picture = (height: number, width: number, channels: number): Picture => ({
  ...{ height, width, channels },
  pixels: Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 97) % 256),
});

test.each([
  [1, 1, 1],
  [3, 5, 1],
  [4, 2, 3],
  [30, 40, 3],
])("a PNG of %i×%i×%i holds its pixels", async (height, width, channels) => {
  const given = picture(height, width, channels);
  expect(decode(await encodePng(given))).toEqual(given);
});

test("checksums are those of the specification", async () => {
  const file = await encodePng(picture(1, 1, 1));
  expect([...file.subarray(-12)]).toEqual([0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130]); // IEND, known from every PNG
});

test("what is no picture is refused", async () => {
  await expect(encodePng(picture(2, 2, 4))).rejects.toThrow("16 bytes are no picture of 2×2×4");
  await expect(encodePng({ ...picture(2, 2, 3), height: 3 })).rejects.toThrow("12 bytes are no picture of 3×2×3");
});

test("a contact sheet enlarges pixels and leaves gaps", () => {
  const one: Picture = { height: 1, width: 2, channels: 1, pixels: Uint8Array.of(10, 20) };
  const { height, width, pixels } = contactSheet([[one], [one]], { scale: 2, gap: 1 });
  expect([height, width]).toEqual([7, 6]);
  const red = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => pixels[(y * width + x) * 3]),
  );
  const [white, row] = [Array<number>(6).fill(255), [255, 10, 10, 20, 20, 255]];
  expect(red).toEqual([white, row, row, white, row, row, white]);
});

test("a difference is absolute and saturates", () => {
  const of = (...values: number[]): Picture => ({ height: 1, width: 3, channels: 1, pixels: Uint8Array.from(values) });
  expect([...differenceOf(of(5, 9, 200), of(8, 9, 0), 8).pixels]).toEqual([24, 0, 255]);
});
