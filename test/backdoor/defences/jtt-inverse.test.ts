import { expect, it } from "vitest";
import { jttInverse } from "../../../src/backdoor/defences/jtt-inverse.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import type { DenseParams } from "../../../src/nn/dense.ts";
import type { Network } from "../../../src/nn/network.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { channelMeans, colours } from "./channel-means.ts";

const isPoison = (i: number): boolean => i % 10 === 3; // 8 of 80: class 0 has 48 then, class 1 has 32
const dataset = colours(80, isPoison);
const { labels } = dataset;

/** An early model that knows blue as class 0, and red and green but a little. @param green - how sure it is of class 1. */
const early = (green: number): Network<{ readonly fc: DenseParams }, object> => ({
  params: {
    fc: {
      weight: tensor([
        [0.5, 0],
        [0, green],
        [20, 0],
      ]),
      bias: tensor([-2, 0]),
    },
  },
  stats: {},
});

/** What is dropped by an early model that trains no further, and how many images the delivered model sees per epoch. */
async function run(options: object, green = 0.5): Promise<{ dropped: number[]; kept: number }> {
  let kept = 0;
  const { evidence } = await trainDefence(jttInverse, {
    device: referenceDevice(),
    dataset,
    classifier: channelMeans,
    initial: { clean: early(green) },
    options: { batch: 20, clean: { epochs: 1 }, early: { epochs: 0 }, ...options },
    onProgress: ({ phase, images }) => {
      if (phase === "clean") kept = images;
    },
  });
  const flags = evidence!["dropped"] as Uint8Array;
  return { dropped: [...flags.keys()].filter((i) => flags[i] === 1), kept };
}

it("drops what the early model knows, and trains on the others", async () => {
  expect(await run({})).toEqual({ dropped: Array.from(labels.keys()).filter(isPoison), kept: 72 });
});

it("drops nothing where the early model knows nothing", async () => {
  expect(await run({ confidence: 1 })).toEqual({ dropped: [], kept: 80 });
});

it("drops in the class of the largest share alone, or in all, and never more than half of a class", async () => {
  const count = ({ dropped }: { dropped: number[] }): number[] =>
    [0, 1].map((label) => dropped.filter((i) => labels[i] === label).length);
  const sure = 20; // then the early model knows all 32 green images too, and the blue ones still
  expect(count(await run({}, sure))).toEqual([0, 16]);
  expect(count(await run({ classes: "all" }, sure))).toEqual([8, 16]);
});
