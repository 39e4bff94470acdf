import fc from "fast-check";
import { expect, test } from "vitest";
import { bandsOf, binsOf } from "../../src/report/bands.ts";
import { differenceOfMeans, heatOver } from "../../src/report/heat.ts";
import { html, raw } from "../../src/report/html.ts";
import { thumbnailOf } from "../../src/report/thumbnail.ts";

test("text among markup is escaped, markup is not", () => {
  const inner = html`<b title="${`"'`}">${"<&>"}</b>`;
  expect(html`<p>${inner}${3}${[raw("<br>"), "a\nb"]}</p>`.markup).toBe(
    '<p><b title="&quot;&#39;">&lt;&amp;&gt;</b>3<br>a\\nb</p>',
  );
});

test("no text can leave its element or attribute", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { markup } = html`<i title="${text}">${text}</i>`;
      expect(markup.match(/[<>]/g)).toHaveLength(4);
      expect(markup.match(/"/g)).toHaveLength(2);
    }),
  );
});

test("a thumbnail has the mean of the pixels it stands for, and the longer side of the wanted length", () => {
  const picture = { height: 2, width: 4, channels: 1, pixels: Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70) };
  expect(thumbnailOf(picture, 4)).toBe(picture);
  expect(thumbnailOf(picture, 2)).toEqual({ height: 1, width: 2, channels: 1, pixels: Uint8Array.of(25, 45) });
});

test("thumbnails of any shape keep a plain colour", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (height, width) => {
      const pixels = new Uint8Array(height * width * 3).fill(77);
      const small = thumbnailOf({ height, width, channels: 3, pixels }, 7);
      expect(Math.max(small.height, small.width)).toBeLessThanOrEqual(7);
      expect(small.pixels).toEqual(new Uint8Array(small.height * small.width * 3).fill(77));
    }),
  );
});

test("heat is orange where a map is at its peak, dark grey where it is 0 or less", () => {
  const picture = { height: 2, width: 4, channels: 3, pixels: new Uint8Array(24).fill(100) };
  const { pixels } = heatOver(picture, Float32Array.of(2, -1), { columns: 2, cell: 2 }, 2);
  expect([...pixels.subarray(0, 3), ...pixels.subarray(6, 9)]).toEqual([255, 140, 0, 45, 45, 45]);
});

test("the difference of two means is grey where they agree, and names the largest", () => {
  const images = Uint8Array.of(10, 0, 30, 100, 20, 50); // three images of two pixels
  const set = { images, labels: new Int32Array(3), count: 3, height: 1, width: 2, channels: 1, classes: 1 };
  const { picture, largest } = differenceOfMeans(set, [0, 1], [2]);
  expect([largest, ...picture.pixels]).toEqual([0, 128, 128]);
  expect([...differenceOfMeans(set, [1], [0]).picture.pixels]).toEqual([153, 255]); // 20 and 100 more
});

test("bands are quartiles, bins are shares of each group", () => {
  const groups = [
    { name: "a", colour: "red", indices: [0, 1, 2] },
    { name: "b", colour: "blue", indices: [3] },
  ];
  const bands = bandsOf([5], [Float32Array.of(1, 3, 2, 9)], groups);
  expect(bands.map(({ lower, median, upper }) => [lower, median, upper])).toEqual([
    [1.5, 2, 2.5],
    [9, 9, 9],
  ]);
  const bins = binsOf([0, 0, 1, 1], groups);
  for (const group of ["a", "b"]) {
    expect(bins.filter((bin) => bin.group === group).reduce((all, { percent }) => all + percent, 0)).toBeCloseTo(100);
  }
  expect(binsOf([2, 2, 2, 2], groups).every(({ from, to }) => to > from)).toBe(true); // all scores equal
});
