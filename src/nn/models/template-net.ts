import * as kind from "../../tensor/kinds.ts";
import { avgPool2d } from "../../tensor/ops/avg-pool.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { sub } from "../../tensor/ops/elementwise.ts";
import { reshape } from "../../tensor/ops/reshape.ts";
import { parameters, required } from "../../tensor/parameters.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Classifier } from "../classifier.ts";
import type { DenseParams } from "../dense.ts";
import { dense } from "../dense.ts";
import type { AnyClassifier, ImageShape, ModelFamily } from "./model-family.ts";

export type TemplateParams = { readonly fc: DenseParams };

/** Pixels that the shorter side of a larger image keeps, or up to twice as many: bounds the number of weights. */
const smallSide = 32;

const checkTemplateNet = parameters(
  "templateNet",
  {},
  {
    height: required(kind.count),
    width: required(kind.count),
    channels: required(kind.count),
    classes: required(kind.count),
  },
);

/**
 * A network that learns patterns that always lie at the same place, such as noise mixed into an image or stripes over it: one dense
 * layer on the fine detail, what a pixel differs by from the mean of its 3×3 neighbours (zeros outside the image). What an image shows is
 * elsewhere in each, so there is little else that it can learn.
 *
 * Images whose shorter side has 64 pixels or more are averaged over square blocks first. All weights start at 0. z are the logits.
 *
 * @param options.height - of the images, in pixels, ≥ 1. @param options.width - likewise. @param options.channels - of the images, ≥ 1.
 * @param options.classes - ≥ 1.
 * @throws ConfigError for numbers that it cannot have.
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { templateNet } from "deconfound/nn";
 *
 * const { init, apply } = templateNet({ height: 16, width: 16, channels: 3, classes: 10 });
 * const { params, stats } = init(random.key(0));
 * console.log(String(params.fc.weight.shape)); // 768,10
 * console.log(String(apply(params, stats, zeros([5, 16, 16, 3]), { train: false }).z.shape)); // 5,10
 * ```
 */
export function templateNet(options: ImageShape): Classifier<TemplateParams, object> {
  checkTemplateNet(arguments);
  const { height, width, channels, classes } = options;
  const block = Math.max(1, Math.floor(Math.min(height, width) / smallSide));
  const features = Math.floor(height / block) * Math.floor(width / block) * channels;
  return {
    init: () => ({
      params: { fc: { weight: zeros([features, classes]), bias: zeros([classes]) } },
      stats: {},
    }),
    apply: (params, stats, images) => {
      const detail = fineDetail(block === 1 ? images : avgPool2d(images, { size: block }));
      const logits = dense(params.fc, reshape(detail, [images.shape[0]!, features]));
      return { logits, z: logits, stats };
    },
  };
}

function fineDetail(images: AnyTensor): AnyTensor {
  return sub(images, avgPool2d(images, { size: 3, stride: 1, padding: 1 }));
}

const name = "template";

/** The one network of its family. */
export const templateFamily: ModelFamily = {
  name,
  form: name,
  summary: "one dense layer on the fine detail of an image: learns patterns at a fixed place, and little else",
  parse: (text) =>
    text === name
      ? {
          name,
          build: ({ height, width, channels, classes }) =>
            templateNet({ height, width, channels, classes }) as unknown as AnyClassifier,
        }
      : undefined,
};
