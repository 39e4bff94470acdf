import { expect, test } from "vitest";
import type { Attack } from "../../src/backdoor/attack.ts";
import { AttackError } from "../../src/backdoor/attack-error.ts";
import { adaptive } from "../../src/backdoor/attacks/adaptive/adaptive.ts";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import { dynamic } from "../../src/backdoor/attacks/dynamic/dynamic.ts";
import { applyGenerator, initGenerator } from "../../src/backdoor/attacks/dynamic/generator.ts";
import { placementFor, strongestUnits } from "../../src/backdoor/attacks/trojan/patch.ts";
import { trojan } from "../../src/backdoor/attacks/trojan/trojan.ts";
import type { Poisoned } from "../../src/backdoor/poison.ts";
import { poison, prepareAttack, triggered } from "../../src/backdoor/poison.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { imageBytes } from "../../src/data/dataset.ts";
import { digestOf } from "../../src/node/digest.ts";
import { mean } from "../../src/tensor/ops/mean.ts";
import { key, uniform } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";

const device = referenceDevice();
const train = builtinDataset({ count: 60, size: 12, seed: 2 });
const test10 = builtinDataset({ count: 10, size: 12, part: "test" });

const small = {
  trojan: { reach: 1, steps: 12, surrogate: { width: 2, steps: 30, batch: 16 } },
  dynamic: { width: 2, batch: 8, maskSteps: 6, patternSteps: 6, surrogate: { width: 2 }, crossRatio: 1 },
  adaptive: { rounds: 3, ascents: 3, descents: 4, batch: 16, surrogate: { width: 2 } },
};

async function made(
  attack: Attack,
  options: object,
  dataset: Dataset = train,
  seed = 3,
): Promise<Poisoned & { triggered: Uint8Array }> {
  const stages = new Set<string>();
  const prepared = await prepareAttack(attack, dataset, options, {
    device,
    seed,
    onProgress: ({ stage }) => void stages.add(stage),
  });
  expect(stages.size).toBeGreaterThan(0);
  const inputs = { device, seed, prepared: structuredClone(prepared) };
  const test = await triggered(attack, test10, options, inputs);
  return { ...(await poison(attack, dataset, options, inputs)), triggered: test.attack!.triggered.images };
}

test.each([
  ["trojan", trojan, small.trojan, "501b9afb12eedcaa"],
  ["dynamic", dynamic, small.dynamic, "6f09840747e287dd"],
  ["adaptive", adaptive, small.adaptive, "a0eb9c4f433b5a3b"],
] as const)("%s, trained on the CPU, gives the same bytes for ever", async (_, attack: Attack, options, wanted) => {
  const first = await made(attack, options);
  const bytes = imageBytes(train);
  for (let i = 0; i < train.count; i++) {
    const image = (images: Uint8Array): Uint8Array => images.subarray(i * bytes, (i + 1) * bytes);
    const changed = Buffer.compare(image(first.dataset.images), image(train.images)) !== 0;
    expect(changed).toBe(first.poisoned.includes(i) || first.noise.includes(i));
  }
  expect(digestOf([first.triggered, first.dataset.images, first.dataset.labels]).slice(0, 16)).toBe(wanted);
});

test("what was not prepared is refused", async () => {
  await expect(poison(trojan, train, {})).rejects.toThrow("trojan: must be prepared before it can stamp");
  const prepared = await prepareAttack(adaptive, train, small.adaptive, { device, seed: 0 });
  await expect(poison(adaptive, train, {}, { seed: 1, prepared })).rejects.toThrow("was not prepared");
});

test("trojan raises its neurons, reports by how much, and fails where it does not", async () => {
  const prepared = await prepareAttack(trojan, train, small.trojan, { device, seed: 0 });
  const [clean, stamped] = prepared["activations"]!.data as Float32Array;
  expect(stamped!).toBeGreaterThan(clean!);
  const asked = prepareAttack(trojan, train, { ...small.trojan, reach: 1000 }, { device, seed: 0 });
  await expect(asked).rejects.toThrow(AttackError);
});

test("trojan's patch saturates, and lies where the official one does", async () => {
  expect(placementFor({ height: 32, width: 32 })).toEqual({ side: 3, top: 25, left: 25 });
  expect(placementFor({ height: 64, width: 128 })).toEqual({ side: 6, top: 50, left: 106 });
  const white = { ...test10, images: test10.images.map(() => 250) };
  const prepared = { patch: { dtype: "f32", shape: [3, 3, 3], data: new Float32Array(27).fill(0.5) } } as const;
  const { attack } = await triggered(trojan, white, {}, { prepared });
  const counts = [250, 255].map((value) => attack!.triggered.images.filter((byte) => byte === value).length);
  expect(counts).toEqual([10 * (144 - 9) * 3, 10 * 27]);
});

test("the strongest units are those of the largest weights", () => {
  const weight = [1, -1, 5, 0, -3, -3, 9, 9]; // four units, two classes
  expect([...strongestUnits(weight, { classes: 2, among: 3, count: 2 })]).toEqual([1, 2]);
});

test("dynamic masks little, differently for each image; noise gets another image's trigger", async () => {
  const { triggered: images, noise, dataset } = await made(dynamic, { ...small.dynamic, maskSteps: 15 });
  const changed = images.map((value, at) => (Math.abs(value - test10.images[at]!) > 2 ? 1 : 0));
  expect(changed.reduce((sum, one) => sum + one, 0) / images.length).toBeLessThan(0.5);
  expect(noise.length).toBe(6);
  for (const i of noise) expect(dataset.labels[i]).toBe(train.labels[i]);
});

test("dynamic refuses batches without an attacked sample, and images that its generator cannot halve thrice", async () => {
  const asked = prepareAttack(dynamic, train, { share: 0.01 }, { device, seed: 0 });
  await expect(asked).rejects.toThrow("dynamic: a share of 0.01 of 24 images per step attacks none");
  const tiny = { ...train, height: 7, width: 7, images: train.images.slice(0, 60 * 147) };
  await expect(prepareAttack(dynamic, tiny, {}, { device, seed: 0 })).rejects.toThrow("needs 8×8 pixels");
});

test.each([
  [8, 8],
  [13, 22],
])("a generator keeps the size of images of %i×%i", async (height, width) => {
  const generator = initGenerator(key(0), { channels: 1, width: 1, out: 1 });
  const { y } = applyGenerator(generator, uniform(key(1), [2, height, width, 1]), { train: true, out: 1 });
  expect(y.shape).toEqual([2, height, width, 1]);
  expect(await evaluateReference(mean(y)).item()).toBeCloseTo(0.5, 0);
});

test("adaptive changes the plain poison by at most ε, and its test images not at all", async () => {
  const adapted = await made(adaptive, small.adaptive);
  const plain = await poison(badnets, train, {}, { seed: 3 });
  expect(adapted.poisoned).toEqual(plain.poisoned);
  expect(adapted.dataset.labels).toEqual(plain.dataset.labels);
  const differences = adapted.dataset.images.map((value, at) => Math.abs(value - plain.dataset.images[at]!));
  expect(differences.reduce((most, one) => Math.max(most, one), 0)).toBe(8); // nine steps of 2, cut to ε = 8
  expect(adapted.triggered).toEqual((await triggered(badnets, test10)).attack!.triggered.images);
});
