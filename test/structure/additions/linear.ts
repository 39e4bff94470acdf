import type { DenseParams } from "../../../src/nn/dense.ts";
import { dense } from "../../../src/nn/dense.ts";
import { torchUniform } from "../../../src/nn/initialize.ts";
import type { AnyClassifier, ModelFamily } from "../../../src/nn/models/model-family.ts";
import { zeros } from "../../../src/tensor/ops/creation.ts";
import { reshape } from "../../../src/tensor/ops/reshape.ts";

/** Logistic regression on the pixels; z is the image. */
export const linearFamily: ModelFamily = {
  name: "linear",
  form: "linear",
  summary: "logistic regression on the pixels",
  parse: (text) =>
    text !== "linear"
      ? undefined
      : {
          name: "linear",
          build: ({ height, width, channels, classes }) => {
            const pixels = height * width * channels;
            const classifier: AnyClassifier = {
              init: (key) => ({
                params: { weight: torchUniform(key, [pixels, classes]), bias: zeros([classes]) },
                stats: {},
              }),
              apply: (params, stats, images) => {
                const z = reshape(images, [images.shape[0]!, pixels]);
                return { logits: dense(params as DenseParams, z), z, stats };
              },
            };
            return classifier;
          },
        },
};
