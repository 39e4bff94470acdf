import { describe, expect, it } from "vitest";
import type { Lab, Phase, PhaseEnd } from "../../../../src/backdoor/lab.ts";
import type { LateScan } from "../../../../src/backdoor/scan/late/late-scan.ts";
import { lateScan } from "../../../../src/backdoor/scan/late/late-scan.ts";
import type { TrainingOptions } from "../../../../src/backdoor/training-options.ts";
import { resolveTraining, trainingOptionTable } from "../../../../src/backdoor/training-options.ts";
import { builtinDataset } from "../../../../src/data/builtin.ts";
import type { Dataset } from "../../../../src/data/dataset.ts";
import { smallConvNet } from "../../../../src/nn/models/small-conv-net.ts";
import { defaultsOf } from "../../../../src/options/table.ts";
import type { AnyTensor } from "../../../../src/tensor/tensor.ts";
import { tensor } from "../../../../src/tensor/tensor.ts";
import { threefryBlock } from "../../../../src/tensor/threefry.ts";

// A lab that trains nothing: what its networks say is made up, so that every way through the scan is gone.

const [classes, perClass] = [10, 150];
const count = classes * perClass;
const content = Int32Array.from({ length: count }, (_, i) => i % classes);
/** Even numbers in [0, 1). */
const even = (i: number, salt: number): number => threefryBlock([0, salt], [i, 0])[0] / 2 ** 32;
const poison = (i: number): boolean => even(i, 1) < 0.15;

interface Made {
  readonly labels: Int32Array;
  /** What the trigger net of a round thinks of each image. */
  readonly logit: (i: number, round: number) => number;
  /** How far the probability of the label falls when the image is rounded. */
  readonly drop: (i: number) => number;
}

/** Probabilities of images that look like their content, more or less, and now and then like a neighbour. */
function probabilities(): Float32Array {
  const rows = new Float32Array(count * classes);
  content.forEach((c, i) => {
    const mistaken = even(i, 2) < 0.1 ? (c + (even(i, 3) < 0.5 ? 1 : classes - 1)) % classes : c;
    const p = 0.4 + 0.5 * even(i, 4);
    rows.fill((1 - p) / (classes - 1), i * classes, (i + 1) * classes);
    rows[i * classes + mistaken] = p;
  });
  return rows;
}

async function scanOf(
  { labels, logit, drop }: Made,
  only: Partial<Dataset> = {},
): Promise<LateScan<object, object> & { readonly phases: string[] }> {
  const phases: string[] = [];
  const network = { params: {}, stats: {} };
  const sees = (name: string): AnyTensor[] => {
    if (name.startsWith("content")) return [tensor(probabilities(), { shape: [count, classes] })];
    if (name === "undefended") return [];
    return [0, 1, 2].map(() => tensor(Float32Array.from({ length: count }, (_, i) => logit(i, Number(name[8])))));
  };
  const rounded = new Float32Array(count * classes);
  const before = new Float32Array(count * classes);
  labels.forEach((label, i) => {
    before[i * classes + label] = 0.9;
    rounded[i * classes + label] = 0.9 - drop(i);
  });
  const losses = new Float32Array(count);
  const lab: Lab<object, object> = {
    classifier: smallConvNet({ channels: 3, classes, width: 1 }) as never,
    training: resolveTraining(defaultsOf<TrainingOptions>(trainingOptionTable), count),
    train: { ...builtinDataset({ count: 1, size: 12, classes }), labels, count: labels.length, ...only },
    clean: null,
    fresh: () => network,
    phase<T>({ name }: Phase<object, object, T>): Promise<PhaseEnd<T>> {
      phases.push(name);
      return Promise.resolve({ state: network as T, seen: sees(name) });
    },
    predict: () => Promise.resolve({ probabilities: before, classes: labels, losses }),
    predictBy: () => Promise.resolve({ probabilities: rounded, classes: content, losses }),
    observe: () => Promise.reject(new Error("a late scan observes nothing")),
  };
  return { ...(await lateScan(lab)), phases };
}

const shifted = content.map((c, i) => (poison(i) ? (c + 1) % classes : c));
const toFirst = content.map((c, i) => (poison(i) ? 0 : c));
const noise = (i: number, round = 0): number => even(i, 5 + round);
const seen = (i: number, round: number): number => (poison(i) ? 5 : -5) + noise(i, round);
const content2 = ["content 1", "content 2"];
const trigger = (round: number): string[] => [`trigger ${round}.1`, `trigger ${round}.2`];

const truth = (labels: Int32Array): number[] =>
  Array.from(content.keys()).filter((i) => poison(i) && labels[i] !== content[i]);

describe("lateScan", () => {
  it("finds nothing in a set whose mistakes are mutual, and trains the content networks only", async () => {
    const found = await scanOf({ labels: content, logit: noise, drop: noise });
    expect([found.kind, found.classes, found.suspects.length, found.relabel]).toEqual(["nothing", [], 0, null]);
    expect(found.phases).toEqual(content2);
    expect(found.undefended).toBe(null);
    expect(found.score.length).toBe(count);
  });

  it("all-to-all: names the poison and the labels before", async () => {
    const found = await scanOf({ labels: shifted, logit: seen, drop: noise });
    expect(found.kind).toBe("shift");
    const wrong = truth(shifted);
    expect(wrong.filter((i) => !found.suspects.includes(i))).toEqual([]);
    expect(found.suspects.length).toBeLessThan(wrong.length * 1.05); // one in a thousand of the others joins
    for (const i of wrong) expect(found.relabel![i]).toBe(content[i]);
    content.forEach((c, i) => {
      if (!found.suspects.includes(i)) expect(found.relabel![i]).toBe(c);
    });
    expect(found.classes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [label, row] of found.contradictions.entries()) {
      const others = row.map((number, looks) => (looks === label ? 0 : number));
      expect(others.indexOf(Math.max(...others))).toBe(found.numbers.partners[label]);
    }
    expect(found.phases).toEqual([...content2, ...trigger(1), ...trigger(2)]);
  });

  it("labels that are wrong by one without a trigger accuse nobody", async () => {
    const found = await scanOf({ labels: shifted, logit: noise, drop: noise });
    expect([found.kind, found.numbers.structure, found.relabel]).toEqual(["nothing", "shift", null]);
    expect(found.numbers.learnable).toBeLessThan(0.05);
    expect(found.phases).toEqual([...content2, ...trigger(1)]);
  });

  it("all-to-one with a trigger that the small network sees: weight 0 for what holds it", async () => {
    const found = await scanOf({ labels: toFirst, logit: seen, drop: noise });
    expect([found.kind, found.classes]).toEqual(["row", [0]]);
    expect([...found.suspects].filter((i) => content[i] !== 0)).toEqual(truth(toFirst));
    expect(found.suspects.every((i) => found.relabel![i] === -1)).toBe(true);
    expect(found.undefended).toBe(null);
  });

  it("all-to-one whose labels break when rounded: new labels where two networks agree", async () => {
    const found = await scanOf({ labels: toFirst, logit: noise, drop: (i) => (poison(i) ? 0.8 : 0) + noise(i) / 50 });
    expect([found.kind, found.classes]).toEqual(["row", [0]]);
    const wrong = truth(toFirst);
    expect([...found.suspects].filter((i) => content[i] !== 0)).toEqual(wrong);
    const relabelled = wrong.filter((i) => found.relabel![i] === content[i]);
    expect(relabelled.length / wrong.length).toBeGreaterThan(0.8);
    for (const i of wrong) expect([-1, content[i]]).toContain(found.relabel![i]);
    expect(found.phases).toEqual([...content2, ...trigger(1), "undefended"]);
  });

  it("a label that is a mixed bag accuses nobody, and the undefended model is there already", async () => {
    const found = await scanOf({ labels: toFirst, logit: noise, drop: (i) => noise(i) / 50 });
    expect([found.kind, found.numbers.structure, found.numbers.rows]).toEqual(["nothing", "row", [0]]);
    expect(found.undefended).toEqual({ params: {}, stats: {} });
  });

  it("a label drop elsewhere than in the row accuses nobody", async () => {
    const drop = (i: number): number => (content[i] === 3 && even(i, 7) < 0.4 ? 0.8 : 0) + noise(i) / 50;
    const found = await scanOf({ labels: toFirst, logit: noise, drop });
    expect([found.kind, found.suspects.length]).toEqual(["nothing", 0]);
    expect(found.numbers.dropSeparation).toBeGreaterThan(5);
  });

  it("is not asked of two classes, or of a handful of images", async () => {
    const two = await scanOf({ labels: toFirst.map((c) => Math.min(c, 1)), logit: noise, drop: noise }, { classes: 2 });
    expect([two.kind, two.phases, two.score.length]).toEqual(["nothing", [], count]);
    // 43 classes of 25 images, as small sets of traffic signs have them
    const signs = Int32Array.from({ length: 43 * 25 }, (_, i) => (i % 10 === 0 ? 0 : i % 43));
    expect((await scanOf({ labels: signs, logit: noise, drop: noise }, { classes: 43 })).phases).toEqual([]);
    const few = await scanOf({ labels: toFirst.slice(0, 99), logit: noise, drop: noise });
    expect([few.kind, few.phases, few.score.length]).toEqual(["nothing", [], 99]);
  });
});
