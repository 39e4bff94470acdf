import { describe, expect, it } from "vitest";
import { entropyOf } from "../../../src/backdoor/defences/vab-lite/entropy.ts";
import { movingEntropies, scaledToOne } from "../../../src/backdoor/defences/vab-lite/unsure.ts";
import { vabLite } from "../../../src/backdoor/defences/vab-lite.ts";
import { auroc } from "../../../src/backdoor/metrics.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { channelMeans, colours } from "./channel-means.ts";
import { expectSameWhenStopped } from "./stop-and-resume.ts";

const count = 40;
const isEasy = (i: number): boolean => i % 10 === 4; // red, as its class is, and blue besides
const dataset = colours(count, isEasy);

async function run(options: object): Promise<{
  dropped: number[];
  suspicion: ArrayLike<number>;
  entropy: ArrayLike<number>;
  seen: Record<string, number>;
}> {
  const seen: Record<string, number> = {};
  let before = 0;
  const { evidence, suspicion } = await trainDefence(vabLite, {
    device: referenceDevice(),
    dataset,
    classifier: channelMeans,
    options: { batch: 10, clean: { epochs: 1 }, victim: { epochs: 4, lr: 0.05 }, ...options },
    onProgress: ({ phase, images }) => {
      seen[phase] = (seen[phase] ?? 0) + images - before;
      before = images;
    },
  });
  const dropped = Array.from(evidence!["dropped"]!).flatMap((flag, i) => (flag === 1 ? [i] : []));
  return { dropped, suspicion: suspicion!, entropy: evidence!["entropy"]!, seen };
}

describe("the split", () => {
  it("entropy is −Σ p·ln p, and 0, not NaN, where a prediction is sure", async () => {
    const logits = [
      [1, -2, 0.5],
      [300, 0, 0],
      [0, 0, 0],
    ];
    const found = await evaluateReference(entropyOf(tensor(logits))).data();
    logits.forEach((row, i) => {
      const total = row.reduce((sum, value) => sum + Math.exp(value - row[0]!), 0);
      const p = row.map((value) => Math.exp(value - row[0]!) / total);
      expect(found[i]).toBeCloseTo(
        p.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0),
        10,
      );
    });
  });

  it("averages over rounds, and scales to the range; equal values are nobody's suspicion", () => {
    expect([...movingEntropies(undefined, [3, 1], 0.75)]).toEqual([3, 1]);
    expect([...movingEntropies([3, 1], [7, 5], 0.75)]).toEqual([6, 4]);
    expect([...scaledToOne([-1, 3, 0])]).toEqual([0, 1, 0.25]);
    expect([...scaledToOne([2, 2])]).toEqual([1, 1]);
  });
});

describe("vab-lite", () => {
  it("drops what the poisoned network is sure of, below the threshold, and trains on the others", async () => {
    const { dropped, suspicion, entropy, seen } = await run({});
    const scaled = scaledToOne(entropy);
    expect(auroc(suspicion, isEasy)).toBe(1);
    expect(dropped).toEqual(Array.from(scaled.keys()).filter((i) => scaled[i]! < 0.2));
    expect(dropped).toEqual(Array.from({ length: count }, (_, i) => i).filter(isEasy));
    expect(seen["victim"]).toBe(4 * count);
    expect(seen["clean"]).toBe(count - dropped.length);
    expect(Object.keys(seen)).toEqual(["victim", "victim-1", "victim-2", "clean"]);
    expect(seen["victim-1"]).toBeLessThan(4 * count);
  });

  it("depends on each of its options", async () => {
    const usual = await run({});
    for (const options of [
      { rounds: 0 },
      { newest: 0.1 },
      { victim: { epochs: 4, lr: 0.01 } },
      { victim: { epochs: 3, lr: 0.05 } },
    ]) {
      expect((await run(options)).entropy).not.toEqual(usual.entropy);
    }
    expect((await run({ threshold: 0.9 })).dropped.length).toBeGreaterThan(usual.dropped.length);
    expect((await run({ threshold: 0 })).dropped).toEqual([]);
  });

  it("ends bit for bit the same wherever it was stopped", async () => {
    await expectSameWhenStopped(vabLite as never, {}, 2);
  });
});
