import { describe, expect, it, test } from "vitest";
import type { Defence } from "../../../src/backdoor/defence.ts";
import { ac } from "../../../src/backdoor/defences/ac.ts";
import { twoMeans } from "../../../src/backdoor/defences/representations/two-means.ts";
import { spectral } from "../../../src/backdoor/defences/spectral.ts";
import { auroc } from "../../../src/backdoor/metrics.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { channelMeans, colours } from "./channel-means.ts";

const count = 80;

/** What a defence drops and suspects, and how many images its second training sees per epoch. */
async function run(
  defence: Defence<never>,
  options: object,
  isPoison: (index: number) => boolean,
): Promise<{ dropped: number[]; labels: Int32Array; suspicion: ArrayLike<number>; kept: number }> {
  const dataset = colours(count, isPoison);
  let [before, after] = [0, 0];
  const trained = await trainDefence<object, object, object>(defence as unknown as Defence, {
    device: referenceDevice(),
    dataset,
    classifier: channelMeans as never,
    options: { batch: 20, clean: { epochs: 1 }, ...options },
    onProgress: ({ phase, images }) => {
      if (phase === "undefended") before = images;
      else after = images;
    },
  });
  const flags = trained.evidence!["dropped"] as Uint8Array;
  const dropped = [...flags.keys()].filter((i) => flags[i] === 1);
  expect(Object.keys(trained.networks)).toEqual(["undefended", "clean"]);
  return { dropped, labels: dataset.labels, suspicion: trained.suspicion!, kept: after - before };
}

const some = (i: number): boolean => i % 10 === 3; // 8 of 80, of class 1 before: class 0 has 48 then
const most = (i: number): boolean => i % 2 === 1 && i % 10 !== 3; // 32: class 0 has 72 then, 44 % of them poison

describe("ac", () => {
  const options = { components: 2 };

  it("drops a small cluster of a class, and trains on the others", async () => {
    const { dropped, suspicion, kept } = await run(ac as never, options, some);
    expect(dropped.filter((i) => some(i))).toHaveLength(8);
    expect(kept).toBe(count - dropped.length);
    expect(suspicion[3]).toBeCloseTo(1 - 8 / 48); // poison
    expect(suspicion[0]).toBeCloseTo(8 / 48);
  });

  it("keeps both clusters where the smaller one is not small", async () => {
    const { dropped, labels } = await run(ac as never, options, most);
    expect(dropped.filter((i) => labels[i] === 0)).toEqual([]);
    const all = await run(ac as never, { ...options, share: 0.5 }, most);
    expect(all.dropped.filter((i) => labels[i] === 0)).toEqual(Array.from(labels.keys()).filter(most));
  });

  it("passes over a class with no more images than components", async () => {
    const { dropped } = await run(ac as never, { components: 50 }, some);
    expect(dropped).toEqual([]);
  });
});

describe("spectral", () => {
  it("drops 1.5·ε·N images of each class, those that lie farthest along the planted direction", async () => {
    const { dropped, labels, suspicion, kept } = await run(spectral as never, { rate: 0.1 }, some);
    expect([0, 1].map((label) => dropped.filter((i) => labels[i] === label).length)).toEqual([12, 12]); // 1.5 · 0.1 · 80
    expect(dropped.filter(some)).toHaveLength(8);
    expect(kept).toBe(count - 24);
    expect(auroc(suspicion, some)).toBe(1);
  });

  it("drops as many as it is told, and never more than half of a class", async () => {
    expect((await run(spectral as never, { rate: 0 }, some)).dropped).toEqual([]);
    expect((await run(spectral as never, { rate: 0.1, factor: 0.5 }, some)).dropped).toHaveLength(8);
    const { dropped, labels } = await run(spectral as never, { rate: 1 }, some);
    expect([0, 1].map((label) => dropped.filter((i) => labels[i] === label).length)).toEqual([24, 16]);
  });
});

test("two means of rows that are all equal are one cluster, and rows of two groups are told whichever column divides them", () => {
  expect([...twoMeans([0, 0, 0, 0], 2)]).toEqual([0, 0]);
  expect([...twoMeans([1, -5, -1, -5, 1, -5, -1, 15], 2)]).toEqual([0, 0, 0, 1]);
});
