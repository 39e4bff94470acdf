import { ConfigError } from "../../tensor/errors.ts";
import type { AnyClassifier, ModelFamily } from "./model-family.ts";
import { torchFileName } from "./torch-names.ts";
import { wideResNet } from "./wide-resnet.ts";

const deepest = 1000;
const widest = 64;

/** Wide residual networks by name; files have PyTorch's names and layout. */
export const wrnFamily: ModelFamily = {
  name: "wrn",
  form: "wrn-D-K",
  summary: "wide residual network of depth D = 6n + 4 (10, 16, 22, …) and width K",
  parse(text) {
    const match = /^wrn-(\d+)-(\d+)$/.exec(text);
    if (match === null) return undefined;
    const [depth, width] = [Number(match[1]), Number(match[2])];
    if (depth < 10 || depth > deepest || (depth - 4) % 6 !== 0 || width < 1 || width > widest) {
      throw new ConfigError(
        `model: expects wrn-D-K with D = 10, 16, 22, … ${deepest} (6n + 4) and K = 1 … ${widest}, got ${JSON.stringify(text)}`,
      );
    }
    const name = `wrn-${depth}-${width}`;
    return {
      name,
      build: ({ channels, classes }) => wideResNet({ depth, width, classes, channels }) as unknown as AnyClassifier,
    };
  },
  fileName: torchFileName,
};
