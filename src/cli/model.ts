import type { Classifier } from "../nn/classifier.ts";
import { smallConvNet } from "../nn/models/small-conv-net.ts";
import { wideResNet } from "../nn/models/wide-resnet.ts";
import { torchAxes, torchNameOf } from "../nn/models/wide-resnet-names.ts";
import { ConfigError } from "../tensor/errors.ts";

/** `wrn-16-1`: a wide residual network of depth 16 and width 1. `small-8`: three convolutions, the first of 8 channels. */
export type ModelName = `wrn-${number}-${number}` | `small-${number}`;

/** What a classifier reads and says. */
export interface ModelShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

// A command handles parameter trees of any classifier only as trees.
export type AnyClassifier = Classifier<object, object>;

const smallWidth = 16;

/** @throws ConfigError unless the text is `wrn-D-K` with D = 6n + 4, `small`, or `small-W`. */
export function parseModel(text: string): ModelName {
  const name = text === "small" ? `small-${smallWidth}` : text;
  const [, depth] = /^(?:wrn-(\d+)-[1-9]\d*|small-[1-9]\d*)$/.exec(name) ?? ["", "0"];
  if (depth !== undefined && (Number(depth) < 10 || (Number(depth) - 4) % 6 !== 0)) {
    throw new ConfigError(`--model: expects wrn-D-K with D = 10, 16, 22, … (6n + 4), small or small-W, got "${text}"`);
  }
  return name as ModelName;
}

/** The classifier of a name. */
export function buildClassifier(name: ModelName, { channels, classes }: ModelShape): AnyClassifier {
  const [family, first, second] = name.split("-") as [string, string, string | undefined];
  const built =
    family === "wrn"
      ? wideResNet({ depth: Number(first), width: Number(second), classes, channels })
      : smallConvNet({ channels, classes, width: Number(first) });
  return built as unknown as AnyClassifier;
}

/** How one array of `{ params, stats }` is called and laid out in a model file. */
export interface FileName {
  readonly name: string;
  /** Axes of ours in the file's order; undefined: the same. */
  readonly axes: readonly number[] | undefined;
}

/** PyTorch's names and layout for a wide residual network, our own paths and layout for other models. */
export function fileNameOf(model: ModelName, path: string): FileName {
  const torch = model.startsWith("wrn-") ? torchNameOf(path) : undefined;
  return torch === undefined ? { name: path, axes: undefined } : { name: torch.name, axes: torchAxes[torch.layout] };
}
