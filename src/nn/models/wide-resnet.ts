import { ConfigError } from "../../tensor/errors.ts";
import * as kind from "../../tensor/kinds.ts";
import { relu } from "../../tensor/ops/activations.ts";
import { globalAvgPool2d } from "../../tensor/ops/avg-pool.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { parameters, required } from "../../tensor/parameters.ts";
import { captureSite } from "../../tensor/site.ts";
import type { BatchNormParams, BatchNormStats } from "../batch-norm-layer.ts";
import { batchNormLayer, initBatchNorm } from "../batch-norm-layer.ts";
import type { Classifier } from "../classifier.ts";
import type { ConvLayerParams } from "../conv-layer.ts";
import { convLayer } from "../conv-layer.ts";
import type { DenseParams } from "../dense.ts";
import { dense } from "../dense.ts";
import { torchUniform } from "../initialize.ts";
import type { BlockGroup, PreActBlockParams, PreActBlockStats } from "./preact-block.ts";
import { applyGroups, convDrawer, initGroups, keySequence } from "./preact-block.ts";

export type WrnParams = {
  readonly conv1: ConvLayerParams;
  readonly block1: readonly PreActBlockParams[];
  readonly block2: readonly PreActBlockParams[];
  readonly block3: readonly PreActBlockParams[];
  readonly bn1: BatchNormParams;
  readonly fc: DenseParams;
};
export type WrnStats = {
  readonly block1: readonly PreActBlockStats[];
  readonly block2: readonly PreActBlockStats[];
  readonly block3: readonly PreActBlockStats[];
  readonly bn1: BatchNormStats;
};

/** The three groups of blocks. */
const groupsOf = (blocks: number, width: number): readonly BlockGroup<"block1" | "block2" | "block3">[] => [
  { name: "block1", channels: 16 * width, blocks, stride: 1 },
  { name: "block2", channels: 32 * width, blocks, stride: 2 },
  { name: "block3", channels: 64 * width, blocks, stride: 2 },
];

const checkWideResNet = parameters(
  "wideResNet",
  {},
  { depth: required(kind.number), width: required(kind.number), classes: required(kind.count), channels: kind.count },
);

/**
 * A wide residual network, WRN-depth-width: a 3×3 convolution, three groups of (depth − 4)/6 pre-activation blocks at
 * 16, 32 and 64 times `width` channels, batch norm, ReLU, global average pooling, a dense layer. z, `(n, 64·width)`, is the
 * pooled representation and ≥ 0.
 *
 * Convolutions start at N(0, 2/(taps·out)), γ at 1, β and the last bias at 0, the last weight at U(±1/√(64·width)).
 *
 * @param options.depth - 6n + 4: 10, 16, 22, 28, 40 …
 * @param options.width - k ≥ 1.
 * @param options.channels - of the images. @defaultValue 3
 * @throws ConfigError for another depth or width.
 * @see Zagoruyko & Komodakis 2016; the CBD authors' `wresnet.py`. As there, a shortcut convolution reads the activated input.
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { wideResNet } from "deconfound/nn";
 *
 * const classifier = wideResNet({ depth: 16, width: 1, classes: 10 });
 * const { params, stats } = classifier.init(random.key(0));
 * const { logits, z } = classifier.apply(params, stats, zeros([5, 32, 32, 3]), { train: false });
 * console.log(String(logits.shape), String(z.shape)); // 5,10 5,64
 * ```
 */
export function wideResNet(options: {
  depth: number;
  width: number;
  classes: number;
  channels?: number | undefined;
}): Classifier<WrnParams, WrnStats> {
  checkWideResNet(arguments);
  const { depth, width, classes, channels = 3 } = options;
  const blocks = (depth - 4) / 6;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw new ConfigError(`wideResNet: depth is ${depth}`, ["expects 6n + 4: 10, 16, 22, 28, 34, 40 …"], captureSite());
  }
  if (!Number.isInteger(width) || width < 1)
    throw new ConfigError(`wideResNet: width is ${width}`, ["expects 1, 2, …"], captureSite());
  const groups = groupsOf(blocks, width);
  const features = 64 * width;
  return {
    init: (key) => {
      const nextKey = keySequence(key);
      const conv = convDrawer(nextKey);
      const conv1 = conv(3, channels, 16);
      const { params, stats } = initGroups(groups, 16, conv);
      const bn1 = initBatchNorm(features);
      const fc = { weight: torchUniform(nextKey(), [features, classes]), bias: zeros([classes]) };
      return { params: { conv1, ...params, bn1: bn1.params, fc }, stats: { ...stats, bn1: bn1.stats } };
    },
    apply: (params, stats, images, { train }) => {
      const stem = convLayer(params.conv1, images, { padding: 1 });
      const body = applyGroups(groups, params, stats, stem, { train, conv: params.conv1 });
      const last = batchNormLayer(params.bn1, stats.bn1, body.y, { train });
      const batchNorms = [...body.batchNorms, { params: params.bn1, stats: stats.bn1, input: body.y }];
      const z = globalAvgPool2d(relu(last.y));
      const { stages } = body;
      return {
        logits: dense(params.fc, z),
        z,
        stats: { ...body.stats, bn1: last.stats },
        batchNorms,
        stages,
        head: params.fc,
      };
    },
  };
}
