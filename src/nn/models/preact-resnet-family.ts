import { ConfigError } from "../../tensor/errors.ts";
import type { AnyClassifier, ModelFamily } from "./model-family.ts";
import { preActResNet, preActResNetDepths } from "./preact-resnet.ts";
import { torchFileName } from "./torch-names.ts";

const names = preActResNetDepths.map((depth) => `preact-resnet-${depth}`).join(" or ");

/**
 * Pre-activation residual networks by name. The stem is part of the name and not guessed from the images' size: it decides the shape of
 * an array, so a name must say what a file holds.
 */
export const preActResNetFamily: ModelFamily = {
  name: "preact-resnet",
  form: "preact-resnet-D[-imagenet]",
  summary:
    "pre-activation residual network of depth D = 18 or 34; -imagenet begins with 7×7 pixels of stride 2 and a maximum, for images of 64×64 and more",
  parse(text) {
    const match = /^preact-resnet-(.*)$/.exec(text);
    if (match === null) return undefined;
    const [, depthText, imagenet] = /^(\d+)(-imagenet)?$/.exec(match[1]!) ?? [];
    const depth = Number(depthText);
    if (!preActResNetDepths.includes(depth)) {
      throw new ConfigError(
        `model: expects ${names}, with -imagenet at the end for large images, got ${JSON.stringify(text)}`,
      );
    }
    const stem = imagenet === undefined ? "cifar" : "imagenet";
    return {
      name: `preact-resnet-${depth}${imagenet ?? ""}`,
      build: ({ channels, classes }) => preActResNet({ depth, stem, channels, classes }) as unknown as AnyClassifier,
    };
  },
  fileName: torchFileName,
};
