import { describe, expect, it } from "vitest";
import type { Defence } from "../../../../src/backdoor/defence.ts";
import { none } from "../../../../src/backdoor/defences/none.ts";
import type { Lab } from "../../../../src/backdoor/lab.ts";
import type { LabState } from "../../../../src/backdoor/lab-state.ts";
import { contentOf } from "../../../../src/backdoor/scan/late/content.ts";
import { contentNet } from "../../../../src/backdoor/scan/late/content-net.ts";
import { coarseLevels, labelDrop } from "../../../../src/backdoor/scan/late/label-drop.ts";
import { triggerScore } from "../../../../src/backdoor/scan/late/trigger-score.ts";
import { trainDefence } from "../../../../src/backdoor/train.ts";
import { trainUndefended } from "../../../../src/backdoor/undefended.ts";
import { builtinDataset } from "../../../../src/data/builtin.ts";
import { smallConvNet } from "../../../../src/nn/models/small-conv-net.ts";
import { evaluateReference } from "../../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../../src/tensor/reference-device.ts";
import { tensor } from "../../../../src/tensor/tensor.ts";
import { flattenTree, mapTree } from "../../../../src/tensor/tree.ts";

const dataset = builtinDataset({ count: 12, size: 12, seed: 3, classes: 3 });
const classifier = smallConvNet({ channels: 3, classes: 3, width: 1 });
const given = { dataset, classifier, options: { batch: 4, clean: { epochs: 1 } } };

/** The same lab, with phases counted in steps cut to four. */
function shortened<P, S>(lab: Lab<P, S>): Lab<P, S> {
  return {
    ...lab,
    phase: (phase) =>
      "epochs" in phase.length
        ? lab.phase(phase)
        : lab.phase({
            ...phase,
            length: { steps: 4 },
            batch: 4,
            ...(phase.at && { at: { ...phase.at, steps: phase.at.steps.map((_, i) => 4 - i).reverse() } }),
          }),
  };
}

/** Every phase of the scan, one after the other, whatever it finds. */
function script(results: unknown[]): Defence {
  return {
    ...none,
    async train(whole) {
      const lab = shortened(whole);
      const content = await contentOf(lab, [20, 21]);
      const positive = Uint8Array.from(dataset.labels, (label) => (label === 0 ? 1 : 0));
      const contrast = { positive, reference: positive.map((is) => 1 - is), looks: new Int32Array(dataset.count) };
      const score = await triggerScore(lab, contrast, { round: 1, stream: 22 });
      const undefended = await trainUndefended(lab, "undefended");
      results.push(content, score, (await labelDrop(lab, undefended)).drop);
      return { network: undefended };
    },
  };
}

async function run(stopAt: number, resume?: LabState): Promise<{ state: LabState; values: unknown; stopped: boolean }> {
  const results: unknown[] = [];
  let step = 0;
  const trained = await trainDefence(script(results), {
    ...given,
    device: referenceDevice(),
    shouldStop: () => step++ === stopAt,
    ...(resume === undefined ? {} : { resume }),
  });
  const weights = await Promise.all(flattenTree(trained.network).map((leaf) => leaf.data()));
  return { state: trained.state, values: [results, weights], stopped: trained.stopped };
}

describe("the phases of the late scan", () => {
  it("end bit for bit the same, wherever the run was stopped", { timeout: 120_000 }, async () => {
    const whole = await run(Number.POSITIVE_INFINITY);
    for (const stopAt of [3, 9, 17]) {
      const first = await run(stopAt);
      expect([stopAt, first.stopped]).toEqual([stopAt, true]);
      const data = await Promise.all(flattenTree(first.state).map((leaf) => leaf.data()));
      let next = 0;
      const state = mapTree(first.state, (leaf) =>
        tensor(data[next++]!, { shape: leaf.shape, dtype: leaf.dtype }),
      ) as LabState;
      expect((await run(Number.POSITIVE_INFINITY, state)).values).toEqual(whole.values);
    }
  });

  it("give the undefended model that no defence would give, bit for bit", async () => {
    const { values } = await run(Number.POSITIVE_INFINITY);
    const plain = await trainDefence(none, { ...given, device: referenceDevice() });
    const weights = await Promise.all(flattenTree(plain.network).map((leaf) => leaf.data()));
    expect((values as unknown[])[1]).toEqual(weights);
  });

  it("ask for no trigger where no image has a partner", async () => {
    const unpaired: Defence = {
      ...none,
      async train(lab) {
        const positive = new Uint8Array(dataset.count).fill(1);
        const contrast = { positive, reference: new Uint8Array(dataset.count), looks: dataset.labels };
        expect(await triggerScore(lab, contrast, { round: 1, stream: 22 })).toBe(null);
        return none.train(lab, {});
      },
    };
    await trainDefence(unpaired, { ...given, device: referenceDevice() });
  });
});

describe("contentNet", () => {
  const images = (side: number): number[] => Array.from({ length: side * side }, (_, i) => (i * 7919) % 13);
  const logits = async (pixels: readonly number[], height: number, width: number): Promise<readonly number[]> => {
    const net = contentNet(1, 3, 2);
    const { params, stats } = evaluateReference(net.init(tensor(Uint32Array.of(1, 2))));
    const x = tensor(pixels, { shape: [1, height, width, 1] });
    return [...(await evaluateReference(net.apply(params, stats, x, { train: false }).logits).data())];
  };

  it("does not see what changes inside a block of 2×2 pixels and leaves its mean", async () => {
    const before = images(12);
    const after = before.slice();
    [after[0], after[1], after[12], after[13]] = [before[13]!, before[12]!, before[1]!, before[0]!];
    expect(await logits(after, 12, 12)).toEqual(await logits(before, 12, 12));
  });

  it("averages larger blocks of larger images", async () => {
    const before = images(64);
    const after = before.slice();
    [after[0], after[3 * 64 + 3]] = [before[3 * 64 + 3]!, before[0]!]; // corners of the first 4×4
    const [one, other] = [await logits(before, 64, 64), await logits(after, 64, 64)];
    one.forEach((logit, c) => {
      expect(other[c]).toBeCloseTo(logit, 4);
    });
  });

  it("takes images of any size", async () => {
    for (const [height, width] of [
      [1, 1],
      [2, 5],
      [5, 3],
      [33, 17],
    ] as const) {
      // biome-ignore format: a table
      expect((await logits(images(40).slice(0, height * width), height, width)).every(Number.isFinite)).toBe(true);
    }
  });
});

describe("coarseLevels", () => {
  it("gives a classifier images of 16 levels", async () => {
    const seen = coarseLevels({
      init: () => ({ params: {}, stats: {} }),
      apply: (_, stats, images) => ({ logits: images, z: images, stats }),
    });
    const { logits } = seen.apply({}, {}, tensor([0, 0.03, 0.5, 0.97, 1]), { train: false });
    const levels = Array.from(await evaluateReference(logits).data(), (level) => level * 15);
    expect(levels.map((level) => Math.round(level * 1e5) / 1e5)).toEqual([0, 0, 8, 15, 15]);
  });
});
