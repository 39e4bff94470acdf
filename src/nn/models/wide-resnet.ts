import { ConfigError } from "../../tensor/errors.ts";
import * as kind from "../../tensor/kinds.ts";
import { relu } from "../../tensor/ops/activations.ts";
import { globalAvgPool2d } from "../../tensor/ops/avg-pool.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { add } from "../../tensor/ops/elementwise.ts";
import { parameters, required } from "../../tensor/parameters.ts";
import { foldIn } from "../../tensor/random.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { BatchNormParams, BatchNormStats } from "../batch-norm-layer.ts";
import { batchNormLayer, initBatchNorm } from "../batch-norm-layer.ts";
import type { BatchNormUse, Classifier } from "../classifier.ts";
import type { ConvLayerParams } from "../conv-layer.ts";
import { convLayer } from "../conv-layer.ts";
import type { DenseParams } from "../dense.ts";
import { dense } from "../dense.ts";
import { heNormal, torchUniform } from "../initialize.ts";

/** A pre-activation residual block; `convShortcut` only where the number of channels changes. */
export type WrnBlockParams = {
  readonly bn1: BatchNormParams;
  readonly conv1: ConvLayerParams;
  readonly bn2: BatchNormParams;
  readonly conv2: ConvLayerParams;
  readonly convShortcut?: ConvLayerParams | undefined;
};
export type WrnBlockStats = { readonly bn1: BatchNormStats; readonly bn2: BatchNormStats };

export type WrnParams = {
  readonly conv1: ConvLayerParams;
  readonly block1: readonly WrnBlockParams[];
  readonly block2: readonly WrnBlockParams[];
  readonly block3: readonly WrnBlockParams[];
  readonly bn1: BatchNormParams;
  readonly fc: DenseParams;
};
export type WrnStats = {
  readonly block1: readonly WrnBlockStats[];
  readonly block2: readonly WrnBlockStats[];
  readonly block3: readonly WrnBlockStats[];
  readonly bn1: BatchNormStats;
};

/** The three groups of blocks: their names, channels by width, and the stride of the first block. */
const groups = [
  { name: "block1", channels: 16, stride: 1 },
  { name: "block2", channels: 32, stride: 2 },
  { name: "block3", channels: 64, stride: 2 },
] as const;

type Groups<T> = { [Name in (typeof groups)[number]["name"]]: T };

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
  return {
    init: (key) => initWideResNet(key, blocks, width, classes, channels),
    apply: (params, stats, images, { train }) => {
      let x = convLayer(params.conv1, images, { padding: 1 });
      const newStats = {} as Groups<WrnBlockStats[]>;
      const batchNorms: BatchNormUse[] = [];
      for (const { name, stride } of groups) {
        newStats[name] = params[name].map((block, i) => {
          const result = applyBlock(block, stats[name][i]!, x, i === 0 ? stride : 1, train);
          const conv = batchNorms.length === 0 ? params.conv1 : undefined; // later blocks read a sum
          batchNorms.push({ ...result.first, conv }, result.second);
          x = result.y;
          return result.stats;
        });
      }
      const last = batchNormLayer(params.bn1, stats.bn1, x, { train });
      batchNorms.push({ params: params.bn1, stats: stats.bn1, input: x });
      const z = globalAvgPool2d(relu(last.y));
      return { logits: dense(params.fc, z), z, stats: { ...newStats, bn1: last.stats }, batchNorms };
    },
  };
}

function applyBlock(
  params: WrnBlockParams,
  stats: WrnBlockStats,
  x: AnyTensor,
  stride: number,
  train: boolean,
): { y: Tensor; stats: WrnBlockStats; first: BatchNormUse; second: BatchNormUse } {
  const first = batchNormLayer(params.bn1, stats.bn1, x, { train });
  const activated = relu(first.y);
  const middle = convLayer(params.conv1, activated, { stride, padding: 1 });
  const second = batchNormLayer(params.bn2, stats.bn2, middle, { train });
  const residual = convLayer(params.conv2, relu(second.y), { padding: 1 });
  const shortcut = params.convShortcut === undefined ? x : convLayer(params.convShortcut, activated, { stride });
  return {
    y: add(residual, shortcut),
    stats: { bn1: first.stats, bn2: second.stats },
    first: { params: params.bn1, stats: stats.bn1, input: x },
    second: { params: params.bn2, stats: stats.bn2, input: middle, conv: params.conv1 },
  };
}

function initWideResNet(
  key: AnyTensor,
  blocks: number,
  width: number,
  classes: number,
  channels: number,
): { params: WrnParams; stats: WrnStats } {
  let drawn = 0;
  const nextKey = (): AnyTensor => foldIn(key, drawn++);
  const conv = (size: number, from: number, to: number): ConvLayerParams => ({
    weight: heNormal(nextKey(), [size, size, from, to], { fan: "out" }),
  });
  const conv1 = conv(3, channels, 16);
  const params = {} as Groups<WrnBlockParams[]>;
  const stats = {} as Groups<WrnBlockStats[]>;
  let from = 16;
  for (const group of groups) {
    params[group.name] = [];
    stats[group.name] = [];
    const to = group.channels * width;
    for (let i = 0; i < blocks; i++) {
      const [bn1, bn2] = [initBatchNorm(from), initBatchNorm(to)];
      params[group.name].push({
        bn1: bn1.params,
        conv1: conv(3, from, to),
        bn2: bn2.params,
        conv2: conv(3, to, to),
        ...(from === to ? {} : { convShortcut: conv(1, from, to) }),
      });
      stats[group.name].push({ bn1: bn1.stats, bn2: bn2.stats });
      from = to;
    }
  }
  const bn1 = initBatchNorm(from);
  const fc = { weight: torchUniform(nextKey(), [from, classes]), bias: zeros([classes]) };
  return { params: { conv1, ...params, bn1: bn1.params, fc }, stats: { ...stats, bn1: bn1.stats } };
}
