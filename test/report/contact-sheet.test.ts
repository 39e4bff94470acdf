import { expect, test } from "vitest";
import type { Picture } from "../../src/formats/png.ts";
import { contactSheet, differenceOf } from "../../src/report/contact-sheet.ts";

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
