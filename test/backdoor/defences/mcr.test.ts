import { describe, expect, it } from "vitest";
import { grad } from "../../../src/autodiff/grad.ts";
import { cleanSubset } from "../../../src/backdoor/clean-subset.ts";
import type { CurveKind } from "../../../src/backdoor/defences/mcr/curve.ts";
import { pointOn } from "../../../src/backdoor/defences/mcr/curve.ts";
import { mcr } from "../../../src/backdoor/defences/mcr.ts";
import type { Trained } from "../../../src/backdoor/train.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { builtinDataset } from "../../../src/data/builtin.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../../../src/nn/models/small-conv-net.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { sum } from "../../../src/tensor/ops/broadcast.ts";
import { mul } from "../../../src/tensor/ops/elementwise.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";

const { uniform } = randomStream([8, 1], 0);
const numbers = (): number[] => Array.from({ length: 4 }, () => Math.fround(uniform(-1, 1)));
const [start, bend, end] = [numbers(), numbers(), numbers()] as [number[], number[], number[]];
const curve = (kind: CurveKind) => ({
  kind,
  start: { w: tensor(start) },
  bend: { w: tensor(bend) },
  end: { w: tensor(end) },
});
const f64 = { precision: "f64" } as const;

/** By plain loops. */
const wanted: Readonly<Record<CurveKind, (t: number, i: number) => number>> = {
  bezier: (t, i) => (1 - t) ** 2 * start[i]! + 2 * t * (1 - t) * bend[i]! + t ** 2 * end[i]!,
  polygon: (t, i) =>
    t <= 0.5 ? (1 - 2 * t) * start[i]! + 2 * t * bend[i]! : (2 - 2 * t) * bend[i]! + (2 * t - 1) * end[i]!,
};

describe.each(["bezier", "polygon"] as const)("a %s curve", (kind) => {
  it.each([0, 0.1, 0.3, 0.5, 0.8, 1])("has its point at t = %d, a number or a tensor", async (t) => {
    for (const at of [t, tensor(t)]) {
      const { w } = evaluateReference(pointOn(curve(kind), at), f64);
      for (const [i, value] of (await w.data()).entries()) expect(value).toBeCloseTo(wanted[kind](t, i), 6);
    }
  });

  it("passes gradients to the bend times its factor", async () => {
    const loss = (w: ReturnType<typeof tensor>) =>
      sum(mul(pointOn({ ...curve(kind), bend: { w } }, 0.3).w, tensor([1, 2, 3, 4])));
    const slope = await evaluateReference(grad(loss)(tensor(bend)), f64).data();
    const factor = kind === "bezier" ? 2 * 0.3 * 0.7 : 0.6;
    for (const [i, value] of slope.entries()) expect(value).toBeCloseTo(factor * (i + 1), 6);
  });

  it("refuses a place beyond its ends", () => {
    for (const t of [-0.1, 1.1, Number.NaN]) expect(() => pointOn(curve(kind), t)).toThrow(`pointOn: t is ${t}`);
  });
});

const dataset = builtinDataset({ count: 20, size: 12, seed: 3, classes: 2 });
const given = {
  dataset,
  clean: cleanSubset(dataset, { share: 0.5 }),
  device: referenceDevice(),
  classifier: smallConvNet({ channels: 3, classes: 2, width: 1 }),
};
const short = { batch: 10, clean: { epochs: 2 }, tuning: { epochs: 2, lr: 0.1 }, curve: { epochs: 3, lr: 0.1 } };

type Result = Trained<SmallConvNetParams, SmallConvNetStats>;
const values = async (tree: unknown): Promise<number[]> =>
  (await Promise.all(flattenTree(tree).map((leaf) => leaf.data()))).flatMap((own) => [...own]);
const run = (options: object): Promise<Result> => trainDefence(mcr, { ...given, options: { ...short, ...options } });
const close = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("mcr", () => {
  it("delivers both ends at 0 and 1, with statistics gathered anew", async () => {
    for (const [t, name] of [
      [0, "undefended"],
      [1, "end"],
    ] as const) {
      const { network, networks } = await run({ t });
      expect(close(await values(network.params), await values(networks[name]!.params))).toBeLessThan(1e-6);
      expect(close(await values(network.stats), await values(networks[name]!.stats))).toBeGreaterThan(1e-3);
    }
  });

  it("delivers a point of a straight line where the bend has not trained, and of a curve where it has", async () => {
    const straight = await run({ t: 0.3, curve: { epochs: 0 } });
    const [from, to] = [
      await values(straight.networks["undefended"]!.params),
      await values(straight.networks["end"]!.params),
    ];
    const line = from.map((value, i) => 0.7 * value + 0.3 * to[i]!);
    expect(close(await values(straight.network.params), line)).toBeLessThan(1e-6);
    expect(close(await values((await run({ t: 0.3 })).network.params), line)).toBeGreaterThan(1e-3);
  });

  it("lowers the loss along the curve", async () => {
    const { history } = await run({ curve: { epochs: 30, lr: 0.1 } });
    const losses = history.filter(({ phase }) => phase === "bend").map(({ means }) => means["loss"]!);
    const mean = (some: readonly number[]): number => some.reduce((a, b) => a + b) / some.length;
    expect(mean(losses.slice(-8))).toBeLessThan(mean(losses.slice(0, 8)));
  });

  it("gathers statistics of 100 batches, nothing else moves, and what they were before is forgotten", async () => {
    let steps = 0;
    const from = await trainDefence(mcr, {
      ...given,
      options: { ...short, t: 0 },
      onProgress: ({ phase }) => {
        if (phase === "clean") steps++;
      },
    });
    expect(steps).toBe(100);
    const far = await trainDefence(mcr, { ...given, options: { ...short, t: 0, tuning: { epochs: 20, lr: 0.1 } } }); // other ones to begin with
    expect(await values(far.network.params)).toEqual(await values(from.network.params));
    expect(close(await values(far.network.stats), await values(from.network.stats))).toBeLessThan(1e-2);
  });
});
