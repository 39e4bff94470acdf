import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fileNameOf, parseModel } from "../../../src/nn/models/index.ts";
import type { AnyClassifier, ImageShape } from "../../../src/nn/models/model-family.ts";
import { preActResNet } from "../../../src/nn/models/preact-resnet.ts";
import { transpose } from "../../../src/tensor/ops/transpose.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { leavesOf, mapTree } from "../../../src/tensor/tree.ts";
import { uniforms, weightOf } from "./torch/formula-values.ts";

interface Answer {
  readonly logits: readonly (readonly number[])[];
  /** The first features of z. */
  readonly z: readonly (readonly number[])[];
}

/** What make_vectors.py writes. */
interface Vectors {
  readonly model: string;
  /** n, c, h, w */
  readonly images: readonly [number, number, number, number];
  /** Name → shape. */
  readonly arrays: Readonly<Record<string, readonly number[]>>;
  readonly evaluate: Answer;
  readonly train: Answer;
  /** Name → mean of the running statistic after the step. */
  readonly statistics: Readonly<Record<string, number>>;
}

const all: readonly Vectors[] = JSON.parse(readFileSync(new URL("torch/vectors.json", import.meta.url), "utf8"));

const permuted = (shape: readonly number[], axes: readonly number[] | undefined): readonly number[] =>
  axes?.map((axis) => shape[axis]!) ?? shape;

/** Within 1e-7 of the largest, the accuracy of numbers in a program, such as one over the pixels of a mean, which are float32. */
function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst / largest).toBeLessThan(1e-7);
}

/** Values in float64, as the reference computes them. */
function exact(t: AnyTensor): readonly number[] {
  const source = t.node.source;
  if (source?.kind !== "host") throw new Error("not evaluated");
  return [...source.data];
}

/** The model; of a ResNet its code with 8 channels instead of 64, which is 64 times cheaper. */
function narrow(model: string, shape: ImageShape): AnyClassifier {
  const [, depth, imagenet] = /^preact-resnet-(\d+)(-imagenet)?$/.exec(model) ?? [];
  if (depth === undefined) return parseModel(model).build(shape);
  const { channels, classes } = shape;
  const stem = imagenet === undefined ? "cifar" : "imagenet";
  return preActResNet({ depth: Number(depth), stem, channels, classes, width: 8 }) as unknown as AnyClassifier;
}

describe.each(all.map((vectors) => [vectors.model, vectors] as const))("%s", (model, vectors) => {
  const [n, channels, height, width] = vectors.images;
  const classes = vectors.evaluate.logits[0]!.length;
  const shape = { height, width, channels, classes };
  const tree = parseModel(model).build(shape).init(key(0));
  const leaves = leavesOf(tree).map(({ path, value }) => ({ path, shape: (value as AnyTensor).shape }));

  test("has the names and shapes of PyTorch's state dict in a file", () => {
    const named = leaves.map(({ path, shape }) => {
      const { name, axes } = fileNameOf(model, path);
      return [name, permuted(shape, axes)] as const;
    });
    expect(new Set(named.map(([name]) => name)).size).toBe(named.length);
    expect(Object.fromEntries(named)).toEqual(vectors.arrays);
  });

  test("computes what PyTorch computes from such a file, evaluating and training", () => {
    const { apply, init } = narrow(model, shape);
    const { params, stats } = init(key(0));
    const load = (prefix: string, value: AnyTensor, path: string): AnyTensor => {
      const { name, axes } = fileNameOf(model, `${prefix}.${path}`);
      const shape = permuted(value.shape, axes);
      const array = tensor(weightOf(name, shape), { shape: [...shape] });
      return axes === undefined ? array : transpose(array, { axes: axes.map((_, axis) => axes.indexOf(axis)) });
    };
    const loaded = evaluateReference({
      params: mapTree(params, (value, path) => load("params", value as AnyTensor, path)),
      stats: mapTree(stats, (value, path) => load("stats", value as AnyTensor, path)),
    });
    const pixels = uniforms("images", n * channels * height * width).map((value) => value + 0.5);
    const images = transpose(tensor(pixels, { shape: [n, channels, height, width] }), { axes: [0, 2, 3, 1] });
    for (const mode of ["evaluate", "train"] as const) {
      const result = evaluateReference(apply(loaded.params, loaded.stats, images, { train: mode === "train" }));
      expectClose(exact(result.logits), vectors[mode].logits.flat());
      const features = result.z.shape[1]!;
      expectClose(
        exact(result.z).filter((_, i) => i % features < 4),
        vectors[mode].z.flat(),
      );
      if (mode === "evaluate") continue;
      for (const { path, value } of leavesOf(result.stats)) {
        const values = exact(value as AnyTensor);
        const { name } = fileNameOf(model, `stats.${path}`);
        expect(values.reduce((a, b) => a + b) / values.length, name).toBeCloseTo(vectors.statistics[name]!, 6);
      }
    }
  });
});
