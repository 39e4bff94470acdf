import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../../../src/autodiff/grad.ts";
import { centreSimilarity } from "../../../src/backdoor/defences/d-br/centre-similarity.ts";
import { extremes } from "../../../src/backdoor/defences/d-br/extremes.ts";
import { turnAndShift } from "../../../src/backdoor/defences/d-br/turn-and-shift.ts";
import { dbr } from "../../../src/backdoor/defences/d-br.ts";
import { auroc } from "../../../src/backdoor/metrics.ts";
import { predict } from "../../../src/backdoor/predict.ts";
import { sampleAffine } from "../../../src/backdoor/sample-affine.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { full } from "../../../src/tensor/ops/creation.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { blobs } from "./blobs.ts";
import { expectSameWhenStopped } from "./stop-and-resume.ts";

const { uniform } = randomStream([2, 7], 0);
const values = (count: number): number[] => Array.from({ length: count }, () => Math.fround(uniform(-1, 1)));
const read = async (x: AnyTensor): Promise<number[]> =>
  Array.from(await evaluateReference(x, { precision: "f64" }).data());

describe("sampling by an affine map", () => {
  const [height, width] = [4, 6];
  const image = values(height * width);
  const at = (row: number, column: number): number =>
    row < 0 || row >= height || column < 0 || column >= width ? 0 : image[row * width + column]!;
  const sampled = (map: {
    xx: number;
    xy: number;
    x0: number;
    yx: number;
    yy: number;
    y0: number;
  }): Promise<number[]> =>
    read(
      sampleAffine(
        tensor(image, { shape: [1, height, width, 1] }),
        Object.fromEntries(Object.entries(map).map(([name, value]) => [name, tensor([value])])) as never,
        "zeros",
      ),
    );

  it("shifts to the right and down, mirrors, and turns by a quarter about the centre", async () => {
    const cases = [
      [{ xx: 1, xy: 0, x0: 2, yx: 0, yy: 1, y0: -1 }, (row: number, column: number) => at(row - 1, column + 2)],
      [{ xx: -1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 }, (row: number, column: number) => at(row, 5 - column)],
      [{ xx: 0, xy: 1, x0: 0, yx: -1, yy: 0, y0: 0 }, (row: number, column: number) => at(4 - column, row + 1)],
    ] as const;
    for (const [map, wanted] of cases) {
      (await sampled(map)).forEach((value, i) => {
        expect(value).toBeCloseTo(wanted(Math.floor(i / width), i % width), 5);
      });
    }
  });
});

describe("turn and shift", () => {
  const [count, size] = [64, 21];
  /** The centre of mass of a dot of 3×3, per image, after the transformation; x, y in pixels from the centre. */
  const centres = async (x: number, y: number): Promise<{ x: number; y: number }[]> => {
    const dots = new Float32Array(count * size * size);
    for (let i = 0; i < count; i++)
      for (const [dy, dx] of [-1, 0, 1].flatMap((a) => [-1, 0, 1].map((b) => [a, b] as const)))
        dots[(i * size + 10 + y + dy) * size + 10 + x + dx] = 1;
    const moved = await read(turnAndShift(tensor(dots, { shape: [count, size, size, 1] }), key(4)));
    return Array.from({ length: count }, (_, i) => {
      const own = moved.slice(i * size * size, (i + 1) * size * size);
      const mass = own.reduce((sum, value) => sum + value, 0);
      const along = (place: (at: number) => number): number =>
        own.reduce((sum, value, j) => sum + value * (place(j) - 10), 0) / mass;
      return { x: along((j) => j % size), y: along((j) => Math.floor(j / size)) };
    });
  };

  it("moves each image by whole pixels of its own, up to a fifth of the size, in both directions", async () => {
    const middle = await centres(0, 0);
    for (const axis of ["x", "y"] as const) {
      const shifts = middle.map((centre) => Math.round(centre[axis]));
      middle.forEach((centre, i) => expect(centre[axis]).toBeCloseTo(shifts[i]!, 1));
      expect([Math.min(...shifts), Math.max(...shifts)]).toEqual([-4, 4]);
    }
  });

  it("turns about the centre, by angles all round", async () => {
    const [middle, beside] = [await centres(0, 0), await centres(4, 0)];
    const angles = beside.map((centre, i) => {
      const [x, y] = [centre.x - middle[i]!.x, centre.y - middle[i]!.y];
      expect(Math.hypot(x, y)).toBeCloseTo(4, 0);
      return Math.floor((Math.atan2(y, x) / Math.PI + 1) * 2) % 4;
    });
    for (const quarter of [0, 1, 2, 3]) expect(angles.filter((own) => own === quarter).length).toBeGreaterThan(5);
  });
});

describe("the similarity of class centres", () => {
  const labels = [0, 2, 2, 0, 3];
  const z = values(5 * 3);

  it("is the mean cosine over pairs of classes that are there", async () => {
    const centre = (label: number): number[] =>
      [0, 1, 2].map((j) => {
        const own = labels.flatMap((one, i) => (one === label ? [z[i * 3 + j]!] : []));
        return own.reduce((a, b) => a + b) / own.length;
      });
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
    const cosine = (a: number[], b: number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    const [a, b, c] = [centre(0), centre(2), centre(3)];
    const found = await read(centreSimilarity(tensor(z, { shape: [5, 3] }), tensor(labels, { dtype: "i32" }), 5));
    expect(found[0]).toBeCloseTo((cosine(a, b) + cosine(a, c) + cosine(b, c)) / 3, 6);
  });

  it("is 0 for one class, and has a gradient where representations are 0", async () => {
    expect(await read(centreSimilarity(full([3, 2], 1), full([3], 1, { dtype: "i32" }), 4))).toEqual([0]);
    const slope = grad((x: AnyTensor) => centreSimilarity(x, tensor([0, 1], { dtype: "i32" }), 2));
    expect(
      await read(
        slope(
          tensor([
            [0, 0],
            [1, 2],
          ]),
        ),
      ),
    ).toEqual([0, 0, 0, 0]);
  });
});

describe("the extremes", () => {
  it("are exactly as many as the shares say, in order, and apart", () => {
    const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(scores, share, share, (own, low, high) => {
        const { lowest, highest } = extremes(own, { lowest: low, highest: high });
        const many = (part: number): number => (part === 0 ? 0 : Math.max(1, Math.floor(part * own.length)));
        expect(highest.length).toBe(many(high));
        expect(lowest.length).toBe(Math.min(many(low), own.length - many(high)));
        const both = [...lowest, ...highest];
        expect(new Set(both).size).toBe(both.length);
        const rest = own.filter((_, i) => !both.includes(i));
        const most = Math.max(...[...lowest].map((i) => own[i]!), -1);
        const least = Math.min(...[...highest].map((i) => own[i]!), 9);
        for (const value of rest) expect(value >= most && value <= least).toBe(true);
        expect(most).toBeLessThanOrEqual(least);
      }),
    );
  });
});

describe("d-br", () => {
  const isPoison = (i: number): boolean => i % 10 === 3;
  const dataset = blobs(40, isPoison);
  const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
  const given = { device: referenceDevice(), dataset, classifier };
  const options = {
    batch: 8,
    clean: { epochs: 6, lr: 0.1, augment: "none" },
    detector: { epochs: 5, lr: 0.1 },
    unlearn: 0.1,
    relearn: 0.5,
    removal: { epochs: 4, lr: 0.01 },
  } as const;

  it("finds what loses its trigger, unlearns exactly that, and keeps the rest", async () => {
    const steps: Record<string, number> = {};
    const trained = await trainDefence(dbr, {
      ...given,
      options,
      onProgress: ({ phase }) => {
        steps[phase] = (steps[phase] ?? 0) + 1;
      },
    });
    expect(auroc(trained.suspicion!, isPoison)).toBeGreaterThan(0.9);
    const { lowest, highest } = extremes(trained.suspicion!, { lowest: 0.5, highest: 0.1 });
    const flagged = (name: string): number[] =>
      Array.from(trained.evidence![name]!).flatMap((flag, i) => (flag === 1 ? [i] : []));
    expect([flagged("unlearned"), flagged("relearned")]).toEqual([[...highest], [...lowest]]);
    expect(highest.length).toBe(4);
    expect([...highest].filter(isPoison).length).toBeGreaterThan(2);
    expect(steps["clean"]).toBe(4 * (1 + 3)); // 4 images and 20, in batches of 8
    const mean = async (name: string, samples: Int32Array): Promise<number> => {
      const { losses } = await predict(given.device, classifier, trained.networks[name]!, dataset);
      return [...samples].reduce((sum, i) => sum + losses[i]!, 0) / samples.length;
    };
    expect(await mean("clean", highest)).toBeGreaterThan((await mean("undefended", highest)) + 0.5);
    expect(await mean("clean", lowest)).toBeLessThan(0.5);
    const apart = trained.history.filter(({ phase }) => phase === "separation").map(({ means }) => means["loss"]!);
    expect(apart.at(-1)).toBeLessThan(apart[0]!);
  });

  it("depends on each of its options", async () => {
    const short = {
      ...options,
      clean: { ...options.clean, epochs: 1 },
      detector: { epochs: 1, lr: 0.1 },
      removal: { epochs: 2, lr: 0.01 },
    };
    const run = async (changes: object): Promise<unknown> => {
      const few = { ...given, dataset: blobs(16, isPoison), options: { ...short, ...changes } };
      const { suspicion, network } = await trainDefence(dbr, few);
      return [suspicion, await network.params.fc.weight.data()];
    };
    const usual = await run({});
    for (const changes of [
      { detector: { epochs: 2, lr: 0.1 } },
      { detector: { epochs: 1, lr: 0.01 } },
      { unlearn: 0.2 }, // three images instead of one
      { relearn: 0.2 },
      { removal: { epochs: 1, lr: 0.01 } },
      { removal: { epochs: 2, lr: 0.02 } },
    ]) {
      expect(await run(changes), JSON.stringify(changes)).not.toEqual(usual);
    }
  });

  it("ends bit for bit the same wherever it was stopped", async () => {
    await expectSameWhenStopped(dbr as never, { removal: { epochs: 2 } }, 5);
  });
});
