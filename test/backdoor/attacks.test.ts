import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Attack } from "../../src/backdoor/attack.ts";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import { blend } from "../../src/backdoor/attacks/blend.ts";
import { sig } from "../../src/backdoor/attacks/sig.ts";
import { resizeBicubic } from "../../src/backdoor/attacks/wanet/bicubic.ts";
import { wanet } from "../../src/backdoor/attacks/wanet/wanet.ts";
import { warpGrid } from "../../src/backdoor/attacks/wanet/warp.ts";
import { poison, triggered } from "../../src/backdoor/poison.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { imageBytes } from "../../src/data/dataset.ts";
import { randomStream } from "../../src/data/random-stream.ts";
import { digestOf } from "../../src/node/digest.ts";

/** Images of any form with every byte decided by its place. */
function images(form: Partial<Dataset> = {}): Dataset {
  const { count = 12, height = 9, width = 12, channels = 3, classes = 3 } = form;
  const bytes = Uint8Array.from(
    { length: count * height * width * channels },
    (_, i) => (i * 73 + (i >> 5) * 11) % 256,
  );
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  return { images: bytes, labels, count, height, width, channels, classes };
}

const stamped = async <O extends object>(
  attack: Attack<O>,
  dataset: Dataset,
  options = {},
  seed = 0,
): Promise<Uint8Array> => (await triggered(attack, dataset, options, { seed })).attack!.triggered.images;

/** Golden: SHA-256 of triggered images, and of the poisoned set with its labels. */
test.each([
  ["badnets", badnets, {}, "a33ba95de68d370b"],
  ["badnets square", badnets, { pattern: "square" }, "ac6e1ff9296ea34b"],
  ["badnets corners all to all", badnets, { pattern: "corners", labels: "allToAll" }, "b4196411c3d2b944"],
  ["blend", blend, {}, "2d934463a0d56042"],
  ["sig", sig, {}, "be8fabf988678fa3"],
  ["wanet", wanet, {}, "69ec04e9cb711b06"],
] as const)("%s gives the same bytes for ever", async (_, attack: Attack, options, wanted) => {
  const dataset = builtinDataset({ count: 40, size: 16, seed: 1 });
  const bad = await poison(attack, dataset, options, { seed: 7 });
  const digest = digestOf([
    await stamped(attack, dataset, options, 7),
    bad.dataset.images,
    bad.dataset.labels,
    bad.noise,
  ]);
  expect(digest.slice(0, 16)).toBe(wanted);
});

const all: readonly Attack[] = [badnets, blend, sig, wanet];

describe.each(all.map((attack) => [attack.name, attack] as const))("%s", (_, attack) => {
  it("changes only the images that it says, at any size, for 1 and 3 channels", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          height: fc.integer({ min: 7, max: 20 }),
          width: fc.integer({ min: 7, max: 20 }),
          channels: fc.constantFrom(1, 3),
          rate: fc.double({ min: 0.1, max: 0.3, noNaN: true }),
          target: fc.integer({ min: 0, max: 2 }),
          seed: fc.nat(),
        }),
        async ({ rate, target, seed, ...form }) => {
          const dataset = images({ ...form, count: 30 });
          const before = dataset.images.slice();
          const bad = await poison<{ rate: number; target: number }>(
            attack as never,
            dataset,
            { rate, target },
            { seed },
          );
          expect(dataset.images).toEqual(before);
          expect(bad.poisoned.length).toBe(Math.floor(30 * rate));
          const touched = new Set([...bad.poisoned, ...bad.noise]);
          expect(touched.size).toBe(bad.poisoned.length + bad.noise.length);
          const bytes = imageBytes(dataset);
          for (let i = 0; i < 30; i++) {
            const image = (set: Dataset): Uint8Array => set.images.subarray(i * bytes, (i + 1) * bytes);
            if (!touched.has(i)) expect(Buffer.compare(image(bad.dataset), image(dataset))).toBe(0);
            const wanted = bad.poisoned.includes(i) ? target : dataset.labels[i];
            expect(bad.dataset.labels[i]).toBe(wanted);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("refuses a rate that selects nothing, and a target that does not exist", async () => {
    const options = (changes: object): Promise<unknown> => poison(attack, images(), changes);
    await expect(options({ rate: 0.01 })).rejects.toThrow(
      `${attack.name}: rate 0.01 of 12 training images selects none (target class 0)`,
    );
    await expect(options({ target: 3 })).rejects.toThrow("target class 3 does not exist");
  });
});

describe("the choice of poison", () => {
  it("counts a rate of the target class, where that is its base", async () => {
    const { poisoned } = await poison(badnets, images(), { rate: 0.5, rateBase: "targetClass", target: 1 });
    expect(poisoned.length).toBe(2);
  });

  it("excludes the target where that is asked for, and refuses more than the others hold", async () => {
    const { poisoned } = await poison(badnets, images(), { rate: 0.66, excludeTarget: true, target: 2 });
    expect([...poisoned].every((i) => i % 3 !== 2)).toBe(true);
    await expect(poison(badnets, images(), { rate: 0.8, excludeTarget: true, target: 2 })).rejects.toThrow(
      "badnets: rate 0.8 of 12 training images asks for 9, but the classes other than 2 hold 8",
    );
  });

  it("takes clean-label poison from the target class, and no more than it holds", async () => {
    const bad = await poison(sig, images(), { rate: 0.25, target: 2 });
    expect([...bad.poisoned].every((i) => i % 3 === 2)).toBe(true);
    expect(bad.dataset.labels).toEqual(images().labels);
    await expect(poison(sig, images(), { rate: 0.5, target: 2 })).rejects.toThrow(
      "sig: rate 0.5 of 12 training images asks for 6, but class 2 holds 4",
    );
    await expect(poison(sig, images(), { excludeTarget: true })).rejects.toThrow("excludeTarget leaves nothing");
  });

  it("calls each class the next one in all-to-all", async () => {
    const dataset = images();
    const bad = await poison(blend, dataset, { rate: 0.5, labels: "allToAll" });
    for (const i of bad.poisoned) expect(bad.dataset.labels[i]).toBe((dataset.labels[i]! + 1) % 3);
    const { attack } = await triggered(blend, dataset, { labels: "allToAll" });
    expect([0, 1, 2].map((label) => attack!.targetOf(label))).toEqual([1, 2, 0]);
    await expect(poison(blend, dataset, { labels: "allToAll", rateBase: "targetClass" })).rejects.toThrow(
      "rateBase targetClass has no meaning with labels allToAll",
    );
  });
});

describe("badnets patterns", () => {
  const drawn = async (pattern: "grid" | "square" | "corners"): Promise<string[]> => {
    const grey = { ...images({ height: 8, width: 9, count: 1, channels: 1 }), images: new Uint8Array(72).fill(100) };
    const bytes = await stamped(badnets, grey, { pattern });
    return Array.from({ length: 8 }, (_, y) =>
      Array.from(bytes.subarray(y * 9, y * 9 + 9), (value) => ({ 0: "0", 100: ".", 255: "X" })[value]).join(""),
    );
  };

  it("stand where the authors' code puts them", async () => {
    expect(await drawn("square")).toEqual([
      ...Array<string>(4).fill("........."),
      ...Array<string>(3).fill(".....XXX."),
      ".........",
    ]);
    expect(await drawn("corners")).toEqual([
      ".........",
      ".X0X..X0X",
      ".0X0..0X0",
      ".X00..00X",
      ".........",
      ".X00..00X",
      ".0X0..0X0",
      ".X0X..X0X",
    ]);
  });
});

describe("blend", () => {
  it("is the identity at α = 0, and one pattern at α = 1", async () => {
    const dataset = images({ channels: 1 });
    expect(await stamped(blend, dataset, { alpha: 0 })).toEqual(dataset.images);
    const bytes = await stamped(blend, dataset, { alpha: 1 });
    const size = imageBytes(dataset);
    for (let i = 1; i < dataset.count; i++) {
      expect(bytes.subarray(i * size, (i + 1) * size)).toEqual(bytes.subarray(0, size));
    }
    expect(await stamped(blend, dataset, { alpha: 1 }, 1)).not.toEqual(bytes);
  });

  it("truncates or rounds", async () => {
    const [down, near] = [await stamped(blend, images()), await stamped(blend, images(), { quantise: "round" })];
    const differences = near.map((value, at) => value - down[at]!);
    expect(new Set(differences)).toEqual(new Set([0, 1]));
  });
});

describe("sig", () => {
  it("adds one frequency, f, of amplitude Δ", async () => {
    const [width, delta, frequency] = [48, 30, 5];
    const grey = { ...images({ width, height: 2, count: 1, channels: 1 }), images: new Uint8Array(96).fill(128) };
    const row = [...(await stamped(sig, grey, { delta, frequency }))].slice(0, width).map((value) => value - 128);
    const amplitude = (f: number): number => {
      const part = (wave: (x: number) => number): number =>
        (2 / width) * row.reduce((sum, value, j) => sum + value * wave((2 * Math.PI * f * j) / width), 0);
      return Math.hypot(part(Math.sin), part(Math.cos));
    };
    expect(amplitude(frequency)).toBeCloseTo(delta, 0);
    for (let f = 1; f < width / 2; f++) if (f !== frequency) expect(amplitude(f)).toBeLessThan(0.5);
  });

  it("saturates, and never wraps", async () => {
    const form = { width: 32, height: 1, count: 2, channels: 1 };
    const dataset = { ...images(form), images: Uint8Array.from({ length: 64 }, (_, i) => (i < 32 ? 0 : 255)) };
    const bytes = await stamped(sig, dataset, { delta: 200 });
    for (let j = 0; j < 32; j++) {
      const wave = 200 * Math.sin((2 * Math.PI * j * 6) / 32);
      expect(Math.abs(bytes[j]! - Math.max(0, wave))).toBeLessThanOrEqual(0.5);
      expect(Math.abs(bytes[32 + j]! - 255 - Math.min(0, wave))).toBeLessThanOrEqual(0.5);
    }
  });
});

describe("wanet", () => {
  it("is the identity at strength 0, but not in its false triggers", async () => {
    const dataset = images();
    expect(await stamped(wanet, dataset, { strength: 0 })).toEqual(dataset.images);
    const bad = await poison(wanet, images({ count: 30 }), { strength: 0, rate: 0.2 });
    expect(bad.noise.length).toBe(12);
    expect(bad.dataset.images).not.toEqual(images({ count: 30 }).images);
    expect([...bad.noise].map((i) => bad.dataset.labels[i])).toEqual([...bad.noise].map((i) => i % 3));
  });

  it("draws the noise by index: another limit changes nothing", async () => {
    const context = { part: "noise", seed: 3, prepared: {}, pictures: new Map(), device: undefined } as const;
    const [whole, options] = [images(), { ...optionsOf, crossRatio: 2 }];
    const one = { ...whole, count: 1, images: whole.images.slice(5 * 324, 6 * 324), labels: whole.labels.slice(5, 6) };
    const alone = await wanet.stamp(one, options, { ...context, indices: [5] });
    const among = await wanet.stamp(whole, options, { ...context, indices: Array.from({ length: 12 }, (_, i) => i) });
    expect(alone.images).toEqual(among.images.slice(5 * 324, 6 * 324));
  });

  it("refuses more noise than there are images", async () => {
    await expect(poison(wanet, images(), { rate: 0.5 })).rejects.toThrow(
      "wanet: crossRatio 2 asks for 12 images beside the 6 poisoned ones, there are 6",
    );
  });

  it("moves pixels by about s/2 on the mean, each axis by its own size", () => {
    for (const [height, width] of [
      [32, 32],
      [20, 64],
    ] as const) {
      const means = Array.from({ length: 20 }, (_, seed) => {
        const { x, y } = warpGrid(randomStream([seed, 1], 0), { grid: 4, strength: 0.5, rescale: 1 }, [height, width]);
        const mean = (grid: Float64Array, place: (at: number) => number, length: number): number =>
          grid.reduce((sum, value, at) => sum + Math.abs(value - (2 * place(at)) / (length - 1) + 1), 0) / grid.length;
        return [
          (mean(x, (at) => at % width, width) * (width - 1)) / 2,
          (mean(y, (at) => Math.floor(at / width), height) * (height - 1)) / 2,
        ];
      });
      for (const axis of [0, 1]) {
        const mean = means.reduce((sum, pair) => sum + pair[axis]!, 0) / means.length;
        expect(mean).toBeGreaterThan(0.17); // 0.24 on all pixels for white noise; edges cannot move outwards
        expect(mean).toBeLessThan(0.3);
      }
    }
  });

  it("resizes as the cubic kernel says", () => {
    const field = [0, 1, 4, 9, 1, 2, 5, 10, 4, 5, 8, 13, 9, 10, 13, 18];
    expect([...resizeBicubic(field, [4, 4], [4, 4])]).toEqual(field);
    const wide = resizeBicubic(field, [4, 4], [4, 7]);
    // halfway between 1 and 4: weights (A/8·…) −3/32, 19/32, 19/32, −3/32 for A = −0.75
    expect(wide[3]).toBeCloseTo((-3 * 0 + 19 * 1 + 19 * 4 - 3 * 9) / 32, 12);
    expect(wide[1]).toBeCloseTo((-3 * 0 + 19 * 0 + 19 * 1 - 3 * 4) / 32, 12); // the edge repeats
    expect([...resizeBicubic(field, [4, 4], [1, 1])]).toEqual([0]);
  });
});

const optionsOf = {
  rate: 0.1,
  rateBase: "dataset",
  target: 0,
  labels: "allToOne",
  excludeTarget: false,
  grid: 4,
  strength: 0.5,
  rescale: 1,
  crossRatio: 2,
} as const;

describe("your picture", () => {
  const pictures = new Map([["red.png", { height: 1, width: 1, channels: 3, pixels: Uint8Array.of(200, 40, 0) }]]);

  it("is blended at the images' size, or stands at the bottom right", async () => {
    const dataset = images({ count: 1 });
    const blended = await triggered(blend, dataset, { image: "red.png", alpha: 1 }, { pictures });
    expect([...blended.attack!.triggered.images.subarray(0, 3)]).toEqual([200, 40, 0]);
    const stuck = await triggered(badnets, dataset, { pattern: "image", image: "red.png", imageSide: 2 }, { pictures });
    const bytes = stuck.attack!.triggered.images;
    expect([...bytes.subarray(-6)]).toEqual([200, 40, 0, 200, 40, 0]);
    expect(bytes.filter((value, at) => value !== dataset.images[at]).length).toBeLessThanOrEqual(12);
    const grey = await triggered(blend, images({ channels: 1 }), { image: "red.png", alpha: 1 }, { pictures });
    expect(grey.attack!.triggered.images[0]).toBe(83); // its brightness
  });

  it("must be read, and goes with pattern image only", async () => {
    await expect(triggered(blend, images(), { image: "blue.png" })).rejects.toThrow(
      "blend: the picture blue.png was not read",
    );
    await expect(triggered(badnets, images(), { pattern: "image" })).rejects.toThrow("pattern image with no image");
    await expect(triggered(badnets, images(), { image: "red.png" }, { pictures })).rejects.toThrow(
      "pattern grid with image",
    );
  });
});
