import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply1 } from "../../src/tensor/op.ts";
import { convTranspose2d } from "../../src/tensor/ops/conv-transpose.ts";
import { conv2d, conv2dInputGradientOp, conv2dWeightGradientOp } from "../../src/tensor/ops/conv2d.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

type Sides = [number, number, number, number];
interface Case {
  n: number;
  h: number;
  w: number;
  groups: number;
  depth: number; // input channels a group
  share: number; // output channels a group
  kernel: [number, number];
  stride: [number, number];
  dilation: [number, number];
  padding: Sides;
}

const size = (n: number, k: number, s: number, d: number, a: number, b: number): number =>
  Math.floor((n + a + b - d * (k - 1) - 1) / s) + 1;

/** Σ x·w·g over every triple of pixel, tap and output that meet: all three records are its derivatives. */
function eachTerm(t: Case, visit: (x: number, w: number, y: number) => void): number {
  const [c, k] = [t.groups * t.depth, t.groups * t.share];
  const oh = size(t.h, t.kernel[0], t.stride[0], t.dilation[0], t.padding[0], t.padding[1]);
  const ow = size(t.w, t.kernel[1], t.stride[1], t.dilation[1], t.padding[2], t.padding[3]);
  for (let s = 0; s < t.n; s++)
    for (let o = 0; o < k; o++)
      for (let i = 0; i < t.depth; i++)
        for (let a = 0; a < t.kernel[0]; a++)
          for (let b = 0; b < t.kernel[1]; b++)
            for (let r = 0; r < oh; r++)
              for (let q = 0; q < ow; q++) {
                const row = r * t.stride[0] + a * t.dilation[0] - t.padding[0];
                const column = q * t.stride[1] + b * t.dilation[1] - t.padding[2];
                if (row < 0 || column < 0 || row >= t.h || column >= t.w) continue;
                const channel = Math.floor(o / t.share) * t.depth + i;
                visit(
                  ((s * t.h + row) * t.w + column) * c + channel,
                  ((a * t.kernel[1] + b) * t.depth + i) * k + o,
                  ((s * oh + r) * ow + q) * k + o,
                );
              }
  return oh * ow;
}

const numbers = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => (((i + 1) * (seed * 37 + 11)) % 17) / 8 - 1); // multiples of 1/8: sums are exact

/** Without static sizes: what the run-time checks are for. */
const dynamic = (list: number[], shape: number[]): AnyTensor => tensor(list, { shape });

const values = async (t: AnyTensor): Promise<number[]> => [...(await evaluateReference(t).data())];

const cases: fc.Arbitrary<Case> = fc
  .record({
    n: fc.integer({ min: 1, max: 2 }),
    h: fc.integer({ min: 1, max: 6 }),
    w: fc.integer({ min: 1, max: 6 }),
    groups: fc.integer({ min: 1, max: 3 }),
    depth: fc.integer({ min: 1, max: 3 }),
    share: fc.integer({ min: 1, max: 3 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
  })
  .filter(
    (t) =>
      size(t.h, t.kernel[0], t.stride[0], t.dilation[0], t.padding[0], t.padding[1]) > 0 &&
      size(t.w, t.kernel[1], t.stride[1], t.dilation[1], t.padding[2], t.padding[3]) > 0,
  );

describe("conv2d", () => {
  test("and its two gradients are the derivatives of one trilinear sum", () =>
    fc.assert(
      fc.asyncProperty(cases, async (t) => {
        const [c, k] = [t.groups * t.depth, t.groups * t.share];
        const xShape = [t.n, t.h, t.w, c];
        const wShape = [...t.kernel, t.depth, k];
        const x = numbers(t.n * t.h * t.w * c, 1);
        const w = numbers(t.kernel[0] * t.kernel[1] * t.depth * k, 2);
        const pixels = eachTerm(t, () => {});
        const g = numbers(t.n * pixels * k, 3);
        const [dx, dw, y] = [x.map(() => 0), w.map(() => 0), g.map(() => 0)];
        eachTerm(t, (i, j, o) => {
          dx[i]! += w[j]! * g[o]!;
          dw[j]! += x[i]! * g[o]!;
          y[o]! += x[i]! * w[j]!;
        });
        const [xt, wt] = [tensor(x, { shape: xShape }), tensor(w, { shape: wShape })];
        const { stride, dilation, groups, padding } = t;
        const sides = [
          [padding[0], padding[1]],
          [padding[2], padding[3]],
        ] as const;
        const result = conv2d(xt, wt, { stride, dilation, groups, padding: sides });
        const gt = tensor(g, { shape: result.shape });
        const params = { stride, dilation, groups, padding };
        expect(await values(result)).toEqual(y);
        expect(await values(apply1(conv2dInputGradientOp, [gt, wt], { ...params, inputShape: xShape }))).toEqual(dx);
        expect(await values(apply1(conv2dWeightGradientOp, [xt, gt], { ...params, weightShape: wShape }))).toEqual(dw);
      }),
      { numRuns: 60 },
    ));

  test.each([
    // size, kernel, stride, dilation → output size, zeros before
    [5, 3, 1, 1, 5, 1],
    [4, 2, 1, 1, 4, 0], // total 1: it comes last
    [4, 3, 2, 1, 2, 0],
    [5, 3, 2, 1, 3, 1],
    [7, 3, 1, 2, 7, 2],
    [2, 1, 3, 1, 1, 0],
  ])('padding "same": size %i, kernel %i, stride %i, dilation %i', async (n, k, stride, dilation, out, before) => {
    const x = tensor(numbers(n, 5), { shape: [1, n, 1, 1] });
    const w = tensor(numbers(k, 6), { shape: [k, 1, 1, 1] });
    const same = conv2d(x, w, { stride: [stride, 1], dilation: [dilation, 1], padding: "same" });
    expect(same.shape).toEqual([1, out, 1, 1]);
    const explicit = conv2d(x, w, {
      stride: [stride, 1],
      dilation: [dilation, 1],
      padding: [
        [before, before + 9], // more rows below only add windows
        [0, 0],
      ],
    });
    expect(await values(same)).toEqual((await values(explicit)).slice(0, out));
  });

  test("an empty batch gives an empty result and a zero weight gradient", async () => {
    const [x, w] = [tensor([], { shape: [0, 3, 3, 2] }), tensor(numbers(18, 1), { shape: [3, 3, 2, 1] })];
    const y = conv2d(x, w);
    expect(y.shape).toEqual([0, 1, 1, 1]);
    const params = { stride: [1, 1], dilation: [1, 1], groups: 1, padding: [0, 0, 0, 0] } as const;
    const dw = apply1(conv2dWeightGradientOp, [x, y], { ...params, weightShape: w.shape });
    expect(await values(dw)).toEqual(Array(18).fill(0));
  });

  test.each([
    ["rank", () => conv2d(tensor([1]), tensor([1])), /x has rank 1/],
    ["channels", () => conv2d(dynamic([1, 2], [1, 1, 1, 2]), dynamic([1], [1, 1, 1, 1])), /2 channels/],
    [
      "groups",
      () => conv2d(dynamic([1, 2], [1, 1, 1, 2]), dynamic([1], [1, 1, 1, 1]), { groups: 2 }),
      /1 output channels do not split into 2/,
    ],
    ["size", () => conv2d(dynamic([1], [1, 1, 1, 1]), dynamic([1, 1], [2, 1, 1, 1])), /2×1 window does not fit a 1×1/],
    ["stride", () => conv2d(dynamic([1], [1, 1, 1, 1]), dynamic([1], [1, 1, 1, 1]), { stride: 0 }), /stride is 0/],
  ])("refuses a wrong %s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("convTranspose2d", () => {
  test("is the transpose: ⟨conv2d(x, w), y⟩ = ⟨x, convTranspose2d(y, w)⟩", () =>
    fc.assert(
      fc.asyncProperty(cases, async (t) => {
        const [c, k] = [t.groups * t.depth, t.groups * t.share];
        const w = tensor(numbers(t.kernel[0] * t.kernel[1] * t.depth * k, 2), { shape: [...t.kernel, t.depth, k] });
        const sides = [
          [t.padding[0], t.padding[1]],
          [t.padding[2], t.padding[3]],
        ] as const;
        const options = { stride: t.stride, dilation: t.dilation, groups: t.groups, padding: sides };
        const x = tensor(numbers(t.n * t.h * t.w * c, 1), { shape: [t.n, t.h, t.w, c] });
        const forward = conv2d(x, w, options);
        const [oh, ow] = forward.shape.slice(1) as [number, number];
        const rest = [
          t.h - ((oh - 1) * t.stride[0] - t.padding[0] - t.padding[1] + t.dilation[0] * (t.kernel[0] - 1) + 1),
          t.w - ((ow - 1) * t.stride[1] - t.padding[2] - t.padding[3] + t.dilation[1] * (t.kernel[1] - 1) + 1),
        ] as const;
        const y = tensor(numbers(t.n * oh * ow * k, 3), { shape: forward.shape });
        const back = convTranspose2d(y, w, { ...options, outputPadding: rest });
        expect(back.shape).toEqual(x.shape);
        const dot = (a: number[], b: number[]): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
        expect(dot(await values(forward), await values(y))).toBe(dot(await values(x), await values(back)));
      }),
      { numRuns: 30 },
    ));

  test("doubles an image with stride 2", async () => {
    const x = dynamic([1, 2, 3, 4], [1, 2, 2, 1]);
    const y = convTranspose2d(x, dynamic([1, 1, 1, 1], [2, 2, 1, 1]), { stride: 2 });
    expect(y.shape).toEqual([1, 4, 4, 1]);
    expect(await values(y)).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });

  test("refuses padding that leaves nothing", () => {
    const [x, w] = [dynamic([1], [1, 1, 1, 1]), dynamic([1], [1, 1, 1, 1])];
    expect(() => convTranspose2d(x, w, { padding: 1 })).toThrow(/-1×-1/);
  });
});
