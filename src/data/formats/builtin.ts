import { encodeSafetensors } from "../../formats/safetensors.ts";
import type { OptionsOf } from "../../options/option.ts";
import { builtinDataset } from "../builtin.ts";
import { selectImages } from "../dataset.ts";
import type { DatasetFormat } from "../dataset-format.ts";

const builtinOptions = {
  size: { kind: "integer", default: 16, from: 12, to: 512, unit: "pixels", doc: "height and width", flag: "size" },
  count: {
    kind: "integer",
    default: 2000,
    from: 10,
    to: 1_000_000,
    unit: "images",
    doc: "training images; the test set has half as many",
    flag: "count",
  },
} as const;

/** The images that {@link builtinDataset} draws; a cleaned set is written as arrays. */
export const builtin: DatasetFormat<OptionsOf<typeof builtinOptions>> = {
  name: "builtin",
  summary: "ten shapes, drawn from the seed: needs no data",
  options: builtinOptions,
  reads: "nothing",
  detect: () => false,
  read: async ({ options: { size, count }, seed, limit }) => ({
    train: builtinDataset({ count: Math.min(count, limit ?? count), size, seed, part: "train" }),
    test: builtinDataset({ count: Math.ceil(count / 2), size, seed, part: "test" }),
  }),
  write({ train }, kept) {
    const { images, labels, count, height, width, channels, classNames = [] } = selectImages(train, kept);
    const bytes = encodeSafetensors({
      tensors: new Map([
        ["images", { dtype: "u8", shape: [count, height, width, channels], data: images }],
        ["labels", { dtype: "i32", shape: [count], data: labels }],
      ]),
      metadata: { classNames: JSON.stringify(classNames) },
    });
    return new Map([["train.safetensors", bytes]]);
  },
};
