import * as kind from "../../tensor/kinds.ts";
import { parameters } from "../../tensor/parameters.ts";
import type { AnyClassifier, ModelFamily } from "./model-family.ts";
import { smallConvNet } from "./small-conv-net.ts";
import { torchFileName } from "./torch-names.ts";

const checkShortcutNet = parameters("shortcutNet", { channels: kind.count, classes: kind.count });

/**
 * A network that learns shortcuts first: three 3×3 convolutions of stride 2 with 16, 32 and 64 channels, so that it sees 15×15 pixels
 * at a time, and the maximum over all positions beside the mean, so that a small patch is seen whole. It can do little else: on
 * CIFAR-10 it stays at about half of the images. Stride 2 in the first convolution too makes a step four times cheaper and loses no
 * trigger that was tried.
 *
 * @param channels - of the images, ≥ 1. @param classes - ≥ 1.
 * @throws ConfigError for numbers that it cannot have.
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { shortcutNet } from "deconfound/nn";
 *
 * const classifier = shortcutNet(3, 10);
 * const { params, stats } = classifier.init(random.key(0));
 * console.log(String(classifier.apply(params, stats, zeros([5, 16, 16, 3]), { train: false }).z.shape)); // 5,128
 * ```
 */
export function shortcutNet(channels: number, classes: number): AnyClassifier {
  checkShortcutNet(arguments);
  return smallConvNet({ channels, classes, width: 16, pool: "max+mean", stride: 2 }) as unknown as AnyClassifier;
}

const name = "shortcut";

/** The one network of its family. */
export const shortcutFamily: ModelFamily = {
  name,
  form: name,
  summary:
    "three convolutions of stride 2, maximum and mean over all positions: learns patches and patterns, and little else",
  parse: (text) =>
    text === name ? { name, build: ({ channels, classes }) => shortcutNet(channels, classes) } : undefined,
  fileName: torchFileName,
};
