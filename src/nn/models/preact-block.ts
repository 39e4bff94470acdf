import { relu } from "../../tensor/ops/activations.ts";
import { add } from "../../tensor/ops/elementwise.ts";
import { foldIn } from "../../tensor/random.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { BatchNormParams, BatchNormStats } from "../batch-norm-layer.ts";
import { batchNormLayer, initBatchNorm } from "../batch-norm-layer.ts";
import type { BatchNormUse } from "../classifier.ts";
import type { ConvLayerParams } from "../conv-layer.ts";
import { convLayer } from "../conv-layer.ts";
import { heNormal } from "../initialize.ts";

/** A pre-activation residual block of two 3×3 convolutions; `convShortcut`, 1×1, only where the number of channels changes. */
export type PreActBlockParams = {
  readonly bn1: BatchNormParams;
  readonly conv1: ConvLayerParams;
  readonly bn2: BatchNormParams;
  readonly conv2: ConvLayerParams;
  readonly convShortcut?: ConvLayerParams | undefined;
};
export type PreActBlockStats = { readonly bn1: BatchNormStats; readonly bn2: BatchNormStats };

/** Blocks in a row with the same number of channels. Only the first has a stride, and a shortcut convolution if need be. */
export interface BlockGroup<Name extends string> {
  /** Its key in the trees of parameters and statistics. */
  readonly name: Name;
  readonly channels: number;
  readonly blocks: number;
  readonly stride: number;
}

type Groups<Name extends string, T> = { [N in Name]: T[] };

/** A fresh weight of a bias-free convolution `size`×`size`, from N(0, 2/(taps·to)); each call draws on. */
export type DrawConv = (size: number, from: number, to: number) => ConvLayerParams;

/** Keys of one layer after another. */
export function keySequence(key: AnyTensor): () => AnyTensor {
  let drawn = 0;
  return () => foldIn(key, drawn++);
}

export function convDrawer(nextKey: () => AnyTensor): DrawConv {
  return (size, from, to) => ({ weight: heNormal(nextKey(), [size, size, from, to], { fan: "out" }) });
}

/** @param from - channels that the first group reads. */
export function initGroups<Name extends string>(
  groups: readonly BlockGroup<Name>[],
  from: number,
  conv: DrawConv,
): { params: Groups<Name, PreActBlockParams>; stats: Groups<Name, PreActBlockStats> } {
  const params = {} as Groups<Name, PreActBlockParams>;
  const stats = {} as Groups<Name, PreActBlockStats>;
  let reads = from;
  for (const { name, channels, blocks } of groups) {
    params[name] = [];
    stats[name] = [];
    for (let i = 0; i < blocks; i++) {
      const [bn1, bn2] = [initBatchNorm(reads), initBatchNorm(channels)];
      params[name].push({
        bn1: bn1.params,
        conv1: conv(3, reads, channels),
        bn2: bn2.params,
        conv2: conv(3, channels, channels),
        ...(reads === channels ? {} : { convShortcut: conv(1, reads, channels) }),
      });
      stats[name].push({ bn1: bn1.stats, bn2: bn2.stats });
      reads = channels;
    }
  }
  return { params, stats };
}

/** @param x - `(n, h, w, c)`. @param options.conv - the convolution whose output `x` is, if it is one. */
export function applyGroups<Name extends string>(
  groups: readonly BlockGroup<Name>[],
  params: { readonly [N in Name]: readonly PreActBlockParams[] },
  stats: { readonly [N in Name]: readonly PreActBlockStats[] },
  x: AnyTensor,
  { train, conv }: { train: boolean; conv: ConvLayerParams | undefined },
): { y: AnyTensor; stats: Groups<Name, PreActBlockStats>; batchNorms: BatchNormUse[]; stages: AnyTensor[] } {
  const newStats = {} as Groups<Name, PreActBlockStats>;
  const batchNorms: BatchNormUse[] = [];
  const stages: AnyTensor[] = [];
  let y = x;
  for (const { name, stride } of groups) {
    newStats[name] = params[name].map((block, i) => {
      const result = applyBlock(block, stats[name][i]!, y, i === 0 ? stride : 1, train);
      const made = batchNorms.length === 0 ? conv : undefined; // later blocks read a sum
      batchNorms.push({ ...result.first, conv: made }, result.second);
      y = result.y;
      return result.stats;
    });
    stages.push(y);
  }
  return { y, stats: newStats, batchNorms, stages };
}

/** The shortcut convolution reads the activated input, as in the usual code of both kinds of network. */
function applyBlock(
  params: PreActBlockParams,
  stats: PreActBlockStats,
  x: AnyTensor,
  stride: number,
  train: boolean,
): { y: Tensor; stats: PreActBlockStats; first: BatchNormUse; second: BatchNormUse } {
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
