import type { Classifier } from "../../src/nn/classifier.ts";
import { relu } from "../../src/tensor/ops/activations.ts";
import { add } from "../../src/tensor/ops/elementwise.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { reshape } from "../../src/tensor/ops/reshape.ts";
import { normal, split } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";

export type DenseParams = { readonly a: AnyTensor; readonly b: AnyTensor; readonly c: AnyTensor };

/** z = relu(x·A + b), logits = z·C: a classifier small enough to differentiate by hand. No statistics. */
export function denseClassifier(inputs: number, features: number, classes: number): Classifier<DenseParams, null> {
  return {
    init: (key) => {
      const [a, b, c] = split(key, 3) as [AnyTensor, AnyTensor, AnyTensor];
      return {
        params: { a: normal(a, [inputs, features]), b: normal(b, [features]), c: normal(c, [features, classes]) },
        stats: null,
      };
    },
    apply: ({ a, b, c }, stats, images) => {
      const z = relu(add(matmul(reshape(images, [images.shape[0]!, inputs]), a), b));
      return { logits: matmul(z, c), z, stats };
    },
  };
}
