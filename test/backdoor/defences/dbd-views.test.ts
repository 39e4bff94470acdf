import { describe, expect, it } from "vitest";
import { colourJitter, greyed, hueTurned } from "../../../src/backdoor/defences/dbd/colour.ts";
import { contrastiveView, resizedPart, shiftedView } from "../../../src/backdoor/defences/dbd/views.ts";
import { full, ones } from "../../../src/tensor/ops/creation.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const read = async (x: AnyTensor): Promise<number[]> => Array.from(await evaluateReference(x).data());
const count = 60;
const [height, width] = [8, 16];

/** One image, many times. @param at - its value at a row, a column and a channel. */
function repeated(channels: number, at: (row: number, column: number, channel: number) => number): AnyTensor {
  const row = width * channels;
  const image = Array.from({ length: height * row }, (_, i) =>
    at(Math.floor(i / row), Math.floor(i / channels) % width, i % channels),
  );
  return tensor(Array.from({ length: count }, () => image).flat(), { shape: [count, height, width, channels] });
}

/** The share of some flags that is set. */
const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;

describe("a part of an image", () => {
  it("has 20 to 100 % of the area, sides from 3 : 4 to 4 : 3 unless cut, and lies inside", async () => {
    const values = await read(
      resizedPart(
        repeated(2, (row, column, channel) => (channel === 0 ? column : row)),
        key(3),
        ones([count]),
      ),
    );
    const shares = Array.from({ length: count }, (_, i) => {
      const at = (row: number, column: number, channel: number): number =>
        values[((i * height + row) * width + column) * 2 + channel]!;
      // pixels in the middle are no border, so their distance is that of the points which are read
      const across = ((at(4, 9, 0) - at(4, 6, 0)) / 3) * width;
      const down = ((at(5, 8, 1) - at(2, 8, 1)) / 3) * height;
      const [middleX, middleY] = [(at(4, 7, 0) + at(4, 8, 0)) / 2 + 0.5, (at(3, 8, 1) + at(4, 8, 1)) / 2 + 0.5];
      expect(middleX - across / 2).toBeGreaterThan(-0.02);
      expect(middleX + across / 2).toBeLessThan(width + 0.02);
      expect(middleY - down / 2).toBeGreaterThan(-0.02);
      expect(middleY + down / 2).toBeLessThan(height + 0.02);
      const ratio = across / down;
      expect(ratio).toBeGreaterThan(0.74);
      if (down < height - 0.01) expect(ratio).toBeLessThan(1.34);
      return (across * down) / (width * height);
    });
    expect(Math.min(...shares)).toBeGreaterThan(0.199);
    expect(Math.min(...shares)).toBeLessThan(0.3);
    expect(Math.max(...shares)).toBeGreaterThan(0.7);
  });
});

describe("a contrastive view", () => {
  it("of one colour is of one colour, within [0, 1], and the same for the same key", async () => {
    const images = full([count, height, width, 3], 0.9);
    const view = contrastiveView(images, key(5), { mirror: true });
    const values = await read(view);
    const size = height * width * 3;
    for (let i = 0; i < count; i++) {
      const own = values.slice(i * size, (i + 1) * size);
      expect(Math.max(...own) - Math.min(...own)).toBeLessThan(1e-5);
      expect(own[0]! >= 0 && own[0]! <= 1).toBe(true);
    }
    const brightness = Array.from({ length: count }, (_, i) => values[i * size]!);
    expect(share(brightness.map((value) => Math.abs(value - 0.9) < 1e-5))).toBeLessThan(0.4); // 20 % are as they were
    expect(await read(contrastiveView(images, key(5), { mirror: true }))).toEqual(values);
  });

  it("is mirrored in half of the cases, or never; grey in a fifth", async () => {
    const dusk = repeated(3, (_, column, channel) => (channel === 0 ? 0.1 : 0.3 + column / 40));
    for (const mirror of [true, false]) {
      const values = await read(contrastiveView(dusk, key(7), { mirror }));
      const at = (i: number, column: number, channel: number): number =>
        values[((i * height + 4) * width + column) * 3 + channel]!;
      const rows = Array.from({ length: count }, (_, i) => i);
      const mirrored = share(rows.map((i) => at(i, 1, 1) > at(i, 14, 1)));
      if (mirror) expect(Math.abs(mirrored - 0.5)).toBeLessThan(0.2);
      else expect(mirrored).toBe(0);
      const grey = share(rows.map((i) => Math.abs(at(i, 8, 0) - at(i, 8, 1)) < 1e-5));
      expect(Math.abs(grey - 0.2)).toBeLessThan(0.15);
    }
  });
});

describe("a shifted view", () => {
  it("is moved by whole pixels, up to an eighth of each side, and repeats the edge", async () => {
    const values = await read(
      shiftedView(
        repeated(2, (row, column, channel) => (channel === 0 ? column : row)),
        key(9),
        { mirror: false },
      ),
    );
    const shifts = Array.from({ length: count }, (_, i) => {
      const at = (row: number, column: number, channel: number): number =>
        values[((i * height + row) * width + column) * 2 + channel]!;
      const [dx, dy] = [Math.round(at(4, 8, 0)) - 8, Math.round(at(4, 8, 1)) - 4];
      for (const column of [0, 1, 8, 15]) {
        expect(at(4, column, 0)).toBeCloseTo(Math.min(15, Math.max(0, column + dx)), 4);
      }
      return [dx, dy] as const;
    });
    expect([...new Set(shifts.map(([dx]) => dx))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect([...new Set(shifts.map(([, dy]) => dy))].sort((a, b) => a - b)).toEqual([-1, 0, 1]);
  });
});

describe("colours", () => {
  it("of one channel get brighter or darker by up to 40 %", async () => {
    const values = await read(colourJitter(full([count, 2, 2, 1], 0.5), key(2)));
    expect(Math.min(...values)).toBeGreaterThan(0.299);
    expect(Math.min(...values)).toBeLessThan(0.35);
    expect(Math.max(...values)).toBeLessThan(0.701);
    expect(Math.max(...values)).toBeGreaterThan(0.65);
  });

  it("turn about grey: a third of a turn makes red green, and grey stays", async () => {
    const image = tensor([
      [
        [
          [1, 0, 0],
          [0.4, 0.4, 0.4],
        ],
      ],
    ]); // prettier-ignore
    const turned = await read(hueTurned(image, tensor([[[[(2 * Math.PI) / 3]]]])));
    [0, 1, 0, 0.4, 0.4, 0.4].forEach((value, i) => expect(turned[i]!).toBeCloseTo(value, 6));
  });

  it("are gone in a grey image, which has the brightness of the eye", async () => {
    const grey = await read(greyed(tensor([[[[0.2, 0.5, 1]]]])));
    for (const value of grey) expect(value).toBeCloseTo(0.299 * 0.2 + 0.587 * 0.5 + 0.114, 6);
  });

  it("lose or gain contrast and saturation, each image by its own factors", async () => {
    const values = await read(
      colourJitter(
        repeated(3, (_, column, channel) => 0.4 + 0.1 * ((column + channel) % 2)),
        key(6),
      ),
    );
    const size = height * width * 3;
    const spreads = Array.from({ length: count }, (_, i) => {
      const own = values.slice(i * size, (i + 1) * size);
      return Math.max(...own) - Math.min(...own);
    });
    expect(Math.min(...spreads)).toBeLessThan(0.08);
    expect(Math.max(...spreads)).toBeGreaterThan(0.12);
  });
});
