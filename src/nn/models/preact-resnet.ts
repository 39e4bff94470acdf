import { ConfigError } from "../../tensor/errors.ts";
import * as kind from "../../tensor/kinds.ts";
import { globalAvgPool2d } from "../../tensor/ops/avg-pool.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { maxPool2d } from "../../tensor/ops/max-pool.ts";
import { parameters, required } from "../../tensor/parameters.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Classifier } from "../classifier.ts";
import type { ConvLayerParams } from "../conv-layer.ts";
import { convLayer } from "../conv-layer.ts";
import type { DenseParams } from "../dense.ts";
import { dense } from "../dense.ts";
import { torchUniform } from "../initialize.ts";
import type { BlockGroup, PreActBlockParams, PreActBlockStats } from "./preact-block.ts";
import { applyGroups, convDrawer, initGroups, keySequence } from "./preact-block.ts";

export type PreActResNetParams = {
  readonly conv1: ConvLayerParams;
  readonly layer1: readonly PreActBlockParams[];
  readonly layer2: readonly PreActBlockParams[];
  readonly layer3: readonly PreActBlockParams[];
  readonly layer4: readonly PreActBlockParams[];
  readonly linear: DenseParams;
};
export type PreActResNetStats = {
  readonly layer1: readonly PreActBlockStats[];
  readonly layer2: readonly PreActBlockStats[];
  readonly layer3: readonly PreActBlockStats[];
  readonly layer4: readonly PreActBlockStats[];
};

/** What stands before the blocks. */
export type PreActResNetStem = "cifar" | "imagenet";

/** Depth → blocks of each group; two convolutions a block, the stem and the last layer make the depth. */
const blocksOf: ReadonlyMap<number, readonly [number, number, number, number]> = new Map([
  [18, [2, 2, 2, 2]],
  [34, [3, 4, 6, 3]],
]);

/** Depths that there are. */
export const preActResNetDepths: readonly number[] = [...blocksOf.keys()];

interface Stem {
  /** Rows and columns of its convolution. */
  readonly size: number;
  apply(conv1: ConvLayerParams, images: AnyTensor): AnyTensor;
}

const stems: Readonly<Record<PreActResNetStem, Stem>> = {
  cifar: { size: 3, apply: (conv1, images) => convLayer(conv1, images, { padding: 1 }) },
  imagenet: {
    size: 7,
    apply: (conv1, images) =>
      maxPool2d(convLayer(conv1, images, { stride: 2, padding: 3 }), { size: 3, stride: 2, padding: 1 }),
  },
};

const groupsOf = (
  [one, two, three, four]: readonly [number, number, number, number],
  width: number,
): readonly BlockGroup<"layer1" | "layer2" | "layer3" | "layer4">[] => [
  { name: "layer1", channels: width, blocks: one, stride: 1 },
  { name: "layer2", channels: 2 * width, blocks: two, stride: 2 },
  { name: "layer3", channels: 4 * width, blocks: three, stride: 2 },
  { name: "layer4", channels: 8 * width, blocks: four, stride: 2 },
];

const checkPreActResNet = parameters(
  "preActResNet",
  {},
  {
    depth: required(kind.number),
    classes: required(kind.count),
    channels: kind.count,
    stem: kind.oneOf("cifar", "imagenet"),
    width: kind.count,
  },
);

/**
 * A pre-activation residual network of 18 or 34 layers: a stem, four groups of blocks at 1, 2, 4 and 8 times `width` channels, global
 * average pooling, a dense layer. z, `(n, 8·width)`, is the pooled sum of the last block; it may be negative.
 *
 * The stem is a 3×3 convolution for small images. For photographs it is a 7×7 convolution of stride 2 and a 3×3 maximum of stride 2,
 * so that the blocks see a quarter of the rows and columns.
 *
 * Convolutions start at N(0, 2/(taps·out)), γ at 1, β and the last bias at 0, the last weight at U(±1/√(8·width)).
 *
 * Deviation: the paper has batch norm and ReLU after the last block. The code that most backdoor papers use has neither, and files of its
 * PreActResNet18 have no arrays for them; this is that network.
 *
 * @param options.depth - 18 (2, 2, 2 and 2 blocks) or 34 (3, 4, 6 and 3).
 * @param options.classes - ≥ 1.
 * @param options.channels - of the images. @defaultValue 3
 * @param options.stem - `cifar` for images of 32×32 pixels or a little more, `imagenet` for 224×224. @defaultValue "cifar"
 * @param options.width - channels of the first group, ≥ 1. @defaultValue 64
 * @throws ConfigError for another depth, stem or width.
 * @see He et al., Identity Mappings in Deep Residual Networks, 2016; PreActResNet18 of kuangliu's pytorch-cifar and of BackdoorBench.
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { preActResNet } from "deconfound/nn";
 *
 * const classifier = preActResNet({ depth: 18, classes: 10 });
 * const { params, stats } = classifier.init(random.key(0));
 * const { logits, z } = classifier.apply(params, stats, zeros([5, 32, 32, 3]), { train: false });
 * console.log(String(logits.shape), String(z.shape)); // 5,10 5,512
 * ```
 */
export function preActResNet(options: {
  depth: number;
  classes: number;
  channels?: number | undefined;
  stem?: PreActResNetStem | undefined;
  width?: number | undefined;
}): Classifier<PreActResNetParams, PreActResNetStats> {
  checkPreActResNet(arguments);
  const { depth, classes, channels = 3, stem = "cifar", width = 64 } = options;
  const blocks = blocksOf.get(depth);
  if (blocks === undefined) {
    throw new ConfigError(
      `preActResNet: depth is ${depth}`,
      [`expects ${preActResNetDepths.join(" or ")}`],
      captureSite(),
    );
  }
  if (width < 1) throw new ConfigError(`preActResNet: width is ${width}`, ["expects 1, 2, …"], captureSite());
  const groups = groupsOf(blocks, width);
  const features = 8 * width;
  const { size, apply: applyStem } = stems[stem];
  return {
    init: (key) => {
      const nextKey = keySequence(key);
      const conv = convDrawer(nextKey);
      const conv1 = conv(size, channels, width);
      const { params, stats } = initGroups(groups, width, conv);
      const linear = { weight: torchUniform(nextKey(), [features, classes]), bias: zeros([classes]) };
      return { params: { conv1, ...params, linear }, stats };
    },
    apply: (params, stats, images, { train }) => {
      const conv = stem === "cifar" ? params.conv1 : undefined; // the other stem ends with a maximum
      const body = applyGroups(groups, params, stats, applyStem(params.conv1, images), { train, conv });
      const z = globalAvgPool2d(body.y);
      return {
        logits: dense(params.linear, z),
        z,
        stats: body.stats,
        batchNorms: body.batchNorms,
        stages: body.stages,
        head: params.linear,
      };
    },
  };
}
