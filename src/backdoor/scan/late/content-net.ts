import type { BatchNormParams, BatchNormStats } from "../../../nn/batch-norm-layer.ts";
import { batchNormLayer, initBatchNorm } from "../../../nn/batch-norm-layer.ts";
import type { Classifier } from "../../../nn/classifier.ts";
import type { ConvLayerParams } from "../../../nn/conv-layer.ts";
import { convLayer } from "../../../nn/conv-layer.ts";
import type { DenseParams } from "../../../nn/dense.ts";
import { dense } from "../../../nn/dense.ts";
import { heNormal, torchUniform } from "../../../nn/initialize.ts";
import { relu } from "../../../tensor/ops/activations.ts";
import { avgPool2d, globalAvgPool2d } from "../../../tensor/ops/avg-pool.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { foldIn } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

export type ContentParams = {
  readonly layers: readonly { readonly conv: ConvLayerParams; readonly bn: BatchNormParams }[];
  readonly fc: DenseParams;
};
export type ContentStats = { readonly layers: readonly BatchNormStats[] };

/** Of the four convolutions: channels in units of the first, and stride. */
const [growth, strides] = [
  [1, 2, 4, 4],
  [1, 2, 2, 1],
] as const;
/** Pixels that the shorter side of an image keeps, or up to twice as many. */
const smallSide = 16;

/**
 * A network that sees what an image shows, but not its details: blocks of pixels are averaged first, 2×2 of them on images of 32×32,
 * larger ones on larger images. A warp by half a pixel is gone then, and of a small patch little is left.
 *
 * Four convolutions 3×3 with batch norm and ReLU, the second and the third with stride 2; the mean over all positions to z; a dense
 * layer.
 *
 * @param channels - of the images. @param width - channels of the first convolution.
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { contentNet } from "deconfound/backdoor";
 *
 * const { init, apply } = contentNet(3, 10);
 * const { params, stats } = init(random.key(0));
 * const { logits, z } = apply(params, stats, zeros([5, 32, 32, 3]), { train: false });
 * console.log(String(logits.shape), String(z.shape)); // 5,10 5,64
 * ```
 */
export function contentNet(channels: number, classes: number, width = 16): Classifier<ContentParams, ContentStats> {
  const widths = growth.map((factor) => factor * width);
  const features = widths.at(-1)!;
  return {
    init: (key) => {
      const norms = widths.map(initBatchNorm);
      const layers = widths.map((to, i) => ({
        conv: { weight: heNormal(foldIn(key, i), [3, 3, widths[i - 1] ?? channels, to]) },
        bn: norms[i]!.params,
      }));
      const fc = { weight: torchUniform(foldIn(key, widths.length), [features, classes]), bias: zeros([classes]) };
      return { params: { layers, fc }, stats: { layers: norms.map((norm) => norm.stats) } };
    },
    apply: (params, stats, images, { train }) => {
      let x: AnyTensor = coarse(images);
      const layers = params.layers.map((layer, i) => {
        const convolved = convLayer(layer.conv, x, { padding: 1, stride: strides[i]! });
        const normed = batchNormLayer(layer.bn, stats.layers[i]!, convolved, { train });
        x = relu(normed.y);
        return normed.stats;
      });
      const z = globalAvgPool2d(x);
      return { logits: dense(params.fc, z), z, stats: { layers } };
    },
  };
}

/** Means of square blocks: of 2×2 pixels, or of as many as leave the shorter side {@link smallSide} pixels. */
function coarse(images: AnyTensor): AnyTensor {
  const side = Math.min(images.shape[1]!, images.shape[2]!);
  const size = Math.min(side, Math.max(2, Math.floor(side / smallSide)));
  return avgPool2d(images, { size });
}
