import { describe, expect, test } from "vitest";
import { decodePicture, probePicture } from "../../src/data/decode-picture.ts";
import { pngFacts } from "../../src/data/png-facts.ts";
import { resizePicture } from "../../src/data/resize-picture.ts";
import { sharpDecoder } from "../../src/node/sharp-decoder.ts";
import { DataError } from "../../src/tensor/errors.ts";

/** As much of sharp's interface as these tests need; the types do not depend on an optional package. */
type Step = "png" | "jpeg" | "webp" | "toColourspace" | "withMetadata";
type Pipeline = { readonly [step in Step]: (...values: readonly unknown[]) => Pipeline } & {
  toBuffer(): Promise<Buffer>;
  metadata(): Promise<{ readonly depth: string; readonly space: string }>;
};
type Sharp = (content: ArrayBufferView, options?: object) => Pipeline;
const { default: sharp } = (await import("sharp" as string)) as { default: Sharp };

const [height, width] = [6, 8];

/** A picture whose left half is of one colour and whose right half is of another. */
function halves(left: readonly number[], right: readonly number[]): Buffer {
  const row = Array.from({ length: width }, (_, x) => (x < width / 2 ? left : right)).flat();
  return Buffer.from(Array.from({ length: height }, () => row).flat());
}

const picture = (left: readonly number[], right: readonly number[]): Pipeline =>
  sharp(halves(left, right), { raw: { width, height, channels: left.length } });
const corners = (pixels: Uint8Array, channels: number, columns = width): number[][] => [
  [...pixels.subarray(0, channels)],
  [...pixels.subarray((columns - 1) * channels, columns * channels)],
];
const form = { height, width, channels: 3 } as const;

describe("what becomes of a picture", () => {
  test("grey is probed as one channel, and decoded to one or three", async () => {
    const bytes = await picture([10], [200]).toColourspace("b-w").png().toBuffer();
    expect(await sharpDecoder.probe(bytes)).toEqual({ height, width, channels: 1, alpha: false });
    expect(corners(await sharpDecoder.decode(bytes, { ...form, channels: 1 }), 1)).toEqual([[10], [200]]);
    expect(corners(await sharpDecoder.decode(bytes, form), 3)).toEqual([
      [10, 10, 10],
      [200, 200, 200],
    ]);
  });

  test("alpha is left out, the colours under it stay, at another size too", async () => {
    const bytes = await picture([250, 0, 0, 0], [0, 250, 0, 255]).png().toBuffer();
    expect(await sharpDecoder.probe(bytes)).toEqual({ height, width, channels: 3, alpha: true });
    const colours = [
      [250, 0, 0],
      [0, 250, 0],
    ];
    expect(corners(await sharpDecoder.decode(bytes, form), 3)).toEqual(colours);
    expect(corners(await sharpDecoder.decode(bytes, { height: 3, width: 4, channels: 3 }), 3, 4)).toEqual(colours);
  });

  test("of 16 bits the upper 8 stay, grey and RGB", async () => {
    const values = Uint16Array.from({ length: height * width * 3 }, () => 0x8040);
    const raw = { raw: { width, height, channels: 3 } } as const;
    const rgb = await sharp(values, raw).toColourspace("rgb16").png().toBuffer();
    expect((await sharp(rgb).metadata()).depth).toBe("ushort");
    expect(corners(await sharpDecoder.decode(rgb, form), 3)[0]).toEqual([0x80, 0x80, 0x80]);
    const grey = await sharp(values, raw).toColourspace("grey16").png().toBuffer();
    expect(await sharpDecoder.probe(grey)).toMatchObject({ channels: 1 });
    const [[value]] = corners(await sharpDecoder.decode(grey, { ...form, channels: 1 }), 1) as [[number]];
    expect(Math.abs(value - 0x80)).toBeLessThanOrEqual(1);
  });

  test("CMYK becomes RGB", async () => {
    const bytes = await picture([255, 255, 255], [0, 0, 0]).toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    expect(await sharpDecoder.probe(bytes)).toEqual({ height, width, channels: 3, alpha: false });
    const [left, right] = corners(await sharpDecoder.decode(bytes, form), 3) as [number[], number[]];
    expect(Math.min(...left)).toBeGreaterThan(220);
    expect(Math.max(...right)).toBeLessThan(60);
  });

  test("the rotation that EXIF asks for is done, before the size is taken", async () => {
    const bytes = await picture([255, 0, 0], [0, 0, 255])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
      .toBuffer();
    expect(await sharpDecoder.probe(bytes)).toMatchObject({ height: width, width: height });
    const pixels = await sharpDecoder.decode(bytes, { height: width, width: height, channels: 3 });
    const [top, bottom] = [pixels.subarray(0, 3), pixels.subarray(-3)]; // a quarter clockwise: the left half comes to the top
    expect([top[0]! > 200, top[2]! < 60, bottom[0]! < 60, bottom[2]! > 200]).toEqual([true, true, true, true]);
  });

  test("WebP is read, and a palette", async () => {
    const webp = await picture([200, 30, 60], [10, 220, 90]).webp({ lossless: true }).toBuffer();
    expect(corners(await sharpDecoder.decode(webp, form), 3)).toEqual([
      [200, 30, 60],
      [10, 220, 90],
    ]);
    const palette = await picture([200, 30, 60], [10, 220, 90]).png({ palette: true }).toBuffer();
    expect(await sharpDecoder.probe(palette)).toMatchObject({ channels: 3, alpha: false });
    expect(corners(await sharpDecoder.decode(palette, form), 3)[0]).toEqual([200, 30, 60]);
  });

  test("another size is a triangle filter over the whole picture, as ours of PPM is", async () => {
    const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7 + ((i / 90) | 0) * 11) % 256);
    const bytes = await sharp(pixels, { raw: { width: 30, height: 40, channels: 3 } })
      .png()
      .toBuffer();
    const theirs = await sharpDecoder.decode(bytes, { height: 16, width: 12, channels: 3 });
    const ours = resizePicture({ pixels, height: 40, width: 30, channels: 3 }, 16, 12).pixels;
    const differences = theirs.map((value, i) => Math.abs(value - ours[i]!));
    expect(differences.reduce((a, b) => a + b, 0) / differences.length).toBeLessThan(3);
  });
});

test("the chunks of a PNG say what sharp says of it", async () => {
  const opaque = picture([200, 30, 60], [10, 220, 90]);
  const clear = picture([200, 30, 60, 0], [10, 220, 90, 255]);
  const all = await Promise.all([
    opaque.png().toBuffer(),
    opaque.png({ palette: true }).toBuffer(),
    picture([200, 30, 60], [10, 220, 90]).toColourspace("b-w").png().toBuffer(),
    picture([200, 30, 60], [10, 220, 90]).toColourspace("rgb16").png().toBuffer(),
    picture([200, 30, 60], [10, 220, 90]).toColourspace("grey16").png().toBuffer(),
    clear.png().toBuffer(),
    clear.png({ palette: true }).toBuffer(),
    picture([200, 30, 60, 0], [10, 220, 90, 255]).toColourspace("b-w").png().toBuffer(),
    picture([200, 30, 60], [10, 220, 90]).withMetadata({ orientation: 6 }).png().toBuffer(),
  ]);
  for (const bytes of all) expect(await probePicture(bytes, sharpDecoder)).toEqual(await sharpDecoder.probe(bytes));
  expect(all.map((bytes) => pngFacts(bytes) === undefined)).toEqual([...new Array(8).fill(false), true]);
  for (const size of [0, 20, 40, all[0]!.length - 5]) expect(pngFacts(all[0]!.subarray(0, size))).toBeUndefined();
});

test.each([
  ["empty", new Uint8Array(0), "is empty"],
  ["text", new TextEncoder().encode("<svg/>"), "is not a JPEG, PNG, WebP, PPM or PGM picture"],
  ["a GIF", new TextEncoder().encode("GIF89a\x01\0\x01\0"), "is not a JPEG, PNG, WebP, PPM or PGM picture"],
])("%s is refused", async (_, bytes, message) => {
  await expect(probePicture(bytes, sharpDecoder)).rejects.toThrow(message);
  await expect(decodePicture(bytes, form, sharpDecoder)).rejects.toThrow(message);
});

test("a picture that ends early is a DataError", async () => {
  for (const make of ["png", "jpeg", "webp"] as const) {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251));
    const bytes = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      [make]()
      .toBuffer();
    const half = new Uint8Array(bytes.subarray(0, bytes.length / 2));
    await expect(sharpDecoder.decode(half, { height: 64, width: 64, channels: 3 })).rejects.toBeInstanceOf(DataError);
  }
});
