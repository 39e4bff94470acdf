import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Picture } from "../../src/formats/png.ts";
import { encodePng } from "../../src/formats/png.ts";

/** Reads what {@link encodePng} writes, by the specification: chunks, inflate, rows without filter. */
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
    expect(rows[Math.floor(at / row) * (row + 1)]).toBe(0);
    pixels[at] = rows[at + Math.floor(at / row) + 1]!;
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
  await expect(encodePng(picture(2, 2, 4))).rejects.toThrow("16 bytes for 2×2×4");
  await expect(encodePng({ ...picture(2, 2, 3), height: 3 })).rejects.toThrow("12 bytes for 3×2×3");
});
