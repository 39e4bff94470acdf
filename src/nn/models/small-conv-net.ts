import { ConfigError } from "../../tensor/errors.ts";
import * as kind from "../../tensor/kinds.ts";
import { relu } from "../../tensor/ops/activations.ts";
import { globalAvgPool2d } from "../../tensor/ops/avg-pool.ts";
import { concat } from "../../tensor/ops/concat.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { max } from "../../tensor/ops/extremum.ts";
import { parameters, required } from "../../tensor/parameters.ts";
import { foldIn } from "../../tensor/random.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { BatchNormParams, BatchNormStats } from "../batch-norm-layer.ts";
import { batchNormLayer, initBatchNorm } from "../batch-norm-layer.ts";
import type { BatchNormUse, Classifier } from "../classifier.ts";
import type { ConvLayerParams } from "../conv-layer.ts";
import { convLayer } from "../conv-layer.ts";
import type { DenseParams } from "../dense.ts";
import { dense } from "../dense.ts";
import { heNormal, torchUniform } from "../initialize.ts";
import type { AnyClassifier, ModelFamily } from "./model-family.ts";
import { torchFileName } from "./torch-names.ts";

export type SmallConvNetParams = {
  readonly layers: readonly { readonly conv: ConvLayerParams; readonly bn: BatchNormParams }[];
  readonly fc: DenseParams;
};
export type SmallConvNetStats = { readonly layers: readonly BatchNormStats[] };

const checkSmallConvNet = parameters(
  "smallConvNet",
  {},
  {
    channels: required(kind.count),
    classes: required(kind.count),
    width: required(kind.count),
    pool: kind.oneOf("mean", "max+mean"),
    stride: kind.positive,
  },
);

/**
 * Three convolutions 3×3 with batch norm and ReLU, of `width`, 2·`width` and 4·`width` channels, the last two with stride 2;
 * pooling over all positions to z; a dense layer. Small enough for the CPU. z is the mean, `(n, 4·width)`, or maximum and mean
 * side by side, `(n, 8·width)`: the maximum sees a small patch whole, of which little is left in the mean.
 *
 * @param options.channels - of the images.
 * @param options.width - channels of the first convolution.
 * @param options.pool - what z is. @defaultValue "mean"
 * @param options.stride - of the first convolution. @defaultValue 1
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const classifier = smallConvNet({ channels: 3, classes: 10, width: 8 });
 * const { params, stats } = classifier.init(random.key(0));
 * const { logits, z } = classifier.apply(params, stats, zeros([5, 16, 16, 3]), { train: false });
 * console.log(String(logits.shape), String(z.shape)); // 5,10 5,32
 * ```
 */
export function smallConvNet(options: {
  channels: number;
  classes: number;
  width: number;
  pool?: "mean" | "max+mean" | undefined;
  stride?: number | undefined;
}): Classifier<SmallConvNetParams, SmallConvNetStats> {
  checkSmallConvNet(arguments);
  const { channels, classes, width, pool = "mean", stride = 1 } = options;
  const widths = [width, 2 * width, 4 * width];
  const features = (pool === "mean" ? 4 : 8) * width;
  return {
    init: (key) => {
      const norms = widths.map(initBatchNorm);
      const layers = widths.map((to, i) => ({
        conv: { weight: heNormal(foldIn(key, i), [3, 3, widths[i - 1] ?? channels, to]) },
        bn: norms[i]!.params,
      }));
      const fc = { weight: torchUniform(foldIn(key, 3), [features, classes]), bias: zeros([classes]) };
      return { params: { layers, fc }, stats: { layers: norms.map((norm) => norm.stats) } };
    },
    apply: (params, stats, images, { train }) => {
      let x: AnyTensor = images;
      const batchNorms: BatchNormUse[] = [];
      const stages: AnyTensor[] = [];
      const layers = params.layers.map(({ conv, bn }, i) => {
        const input = convLayer(conv, x, { stride: i === 0 ? stride : 2, padding: 1 });
        const normed = batchNormLayer(bn, stats.layers[i]!, input, { train });
        batchNorms.push({ params: bn, stats: stats.layers[i]!, input, conv });
        x = relu(normed.y);
        stages.push(x);
        return normed.stats;
      });
      const mean = globalAvgPool2d(x);
      const z = pool === "mean" ? mean : concat([max(x, { axis: [1, 2] }), mean], { axis: 1 });
      return { logits: dense(params.fc, z), z, stats: { layers }, batchNorms, stages, head: params.fc };
    },
  };
}

const usualWidth = 16;
const widest = 1024;

/** The small networks by name; files have PyTorch's names and layout. */
export const smallFamily: ModelFamily = {
  name: "small",
  form: "small-W",
  summary: `three convolutions, the first of W channels; small alone has ${usualWidth}`,
  parse(text) {
    const match = /^small(?:-(\d+))?$/.exec(text);
    if (match === null) return undefined;
    const width = match[1] === undefined ? usualWidth : Number(match[1]);
    if (width < 1 || width > widest) {
      throw new ConfigError(`model: expects small-W with W = 1 … ${widest}, got ${JSON.stringify(text)}`);
    }
    const name = `small-${width}`;
    return {
      name,
      build: ({ channels, classes }) => smallConvNet({ channels, classes, width }) as unknown as AnyClassifier,
    };
  },
  fileName: torchFileName,
};
