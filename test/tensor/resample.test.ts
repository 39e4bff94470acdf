import { describe, expect, test } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { gridSample } from "../../src/tensor/ops/grid-sample.ts";
import { resizeBilinear } from "../../src/tensor/ops/resize.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

const pixels = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
const at = (row: number, column: number): number => pixels[row * 4 + column]!; // 3 × 4

function expectClose(actual: unknown, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect((actual as number[])[i]).toBeCloseTo(value, 5)); // weights are f32
}

describe("resizeBilinear", () => {
  test.each([
    [6, 8],
    [2, 3],
    [7, 4],
    [3, 1],
  ])("3×4 → %i×%i: source = (i + ½)·from/to − ½, held at 0", (height, width) => {
    const axis = (i: number, to: number, from: number) => {
      const source = Math.max(0, ((i + 0.5) * from) / to - 0.5);
      const low = Math.floor(source);
      return { low, high: Math.min(low + 1, from - 1), share: source - low };
    };
    const expected: number[] = [];
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) {
        const [r, q] = [axis(i, height, 3), axis(j, width, 4)];
        const line = (row: number): number => at(row, q.low) * (1 - q.share) + at(row, q.high) * q.share;
        expected.push(line(r.low) * (1 - r.share) + line(r.high) * r.share);
      }
    const y = resizeBilinear(tensor(pixels, { shape: [1, 3, 4, 1] }), { size: [height, width] });
    expect(y.shape).toEqual([1, height, width, 1]);
    expectClose(values(y), expected);
  });

  test("doubles [1, 2] to [1, 1.25, 1.75, 2], image by image and channel by channel", () => {
    const x = tensor([1, 10, 2, 20, 5, 50, 6, 60], { shape: [2, 1, 2, 2] });
    const y = resizeBilinear(x, { size: [1, 4] });
    expectClose(values(y), [1, 10, 1.25, 12.5, 1.75, 17.5, 2, 20, 5, 50, 5.25, 52.5, 5.75, 57.5, 6, 60]);
  });

  test("every result pixel's weights add up to 1", () => {
    const g = grad((x: AnyTensor) => sum(resizeBilinear(x, { size: [5, 9] })))(tensor(pixels, { shape: [1, 3, 4, 1] }));
    expect((values(g) as number[]).reduce((a, b) => a + b)).toBeCloseTo(45, 5);
  });

  test("refuses a size of 0 and images without pixels", () => {
    expect(() => resizeBilinear(tensor(pixels, { shape: [1, 3, 4, 1] }), { size: 0 })).toThrow(/size is 0/);
    expect(() => resizeBilinear(tensor([], { shape: [1, 0, 4, 1] }), { size: 2 })).toThrow(/no pixel/);
  });
});

describe("gridSample", () => {
  const x = tensor(pixels, { shape: [1, 3, 4, 1] });
  const sample = (points: readonly (readonly [column: number, row: number])[], padding?: "zeros" | "edge"): unknown => {
    const grid = tensor(
      points.flatMap(([column, row]) => [(2 * column) / 3 - 1, row - 1]), // pixel numbers → −1 … 1
      { shape: [1, 1, points.length, 2] },
    );
    return values(gridSample(x, grid, padding === undefined ? {} : { padding }));
  };

  test("reads pixels at their centres, and between them bilinearly", () => {
    expectClose(
      sample([
        [0, 0],
        [3, 2],
        [1, 1],
        [1.5, 1],
        [2, 0.25],
        [0.5, 1.5],
      ]),
      [3, 8, 9, 5.5, 4 * 0.75 + 2 * 0.25, (5 + 9 + 5 + 3) / 4],
    );
  });

  test("outside lies zero, reached within one pixel", () => {
    expectClose(
      sample([
        [-0.25, 0],
        [3.5, 2.5],
        [-1, 0],
        [9, 9],
      ]),
      [3 * 0.75, 8 / 4, 0, 0],
    );
  });

  test('or, with "edge", the nearest pixel', () => {
    expectClose(
      sample(
        [
          [-0.25, 0],
          [3.5, 2.5],
          [-7, 0.5],
          [1, 90],
        ],
        "edge",
      ),
      [3, 8, 4, 3],
    );
  });

  test("the gradient of the grid is the slope between the pixels around", () => {
    const grid = tensor([(2 * 1.25) / 3 - 1, 0.5 - 1], { shape: [1, 1, 1, 2] });
    const g = values(grad((points: AnyTensor) => sum(gridSample(x, points)))(grid)) as number[];
    const across = ((at(0, 2) - at(0, 1)) * 0.5 + (at(1, 2) - at(1, 1)) * 0.5) * 1.5; // 3/2 pixels a unit
    const down = (at(1, 1) - at(0, 1)) * 0.75 + (at(1, 2) - at(0, 2)) * 0.25;
    expectClose(g, [across, down]);
  });

  test("reads each image by its own grid", () => {
    const two = tensor([1, 2, 3, 4], { shape: [2, 1, 2, 1] });
    const grid = tensor([-1, 0, 1, 0], { shape: [2, 1, 1, 2] });
    expectClose(values(gridSample(two, grid)), [1, 4]);
  });

  test("refuses grids of another batch or of three coordinates", () => {
    expect(() => gridSample(x, tensor([0, 0, 0, 0], { shape: [2, 1, 1, 2] }))).toThrow(/do not fit/);
    expect(() => gridSample(x, tensor([0, 0, 0], { shape: [1, 1, 1, 3] }))).toThrow(/do not fit/);
  });
});
