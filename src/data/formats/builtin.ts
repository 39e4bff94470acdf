import type { OptionsOf } from "../../options/option.ts";
import { builtinDataset } from "../builtin.ts";
import { builtinShapes } from "../builtin-shapes.ts";
import { selectImages } from "../dataset.ts";
import type { DatasetFormat } from "../dataset-format.ts";
import { encodeArrays } from "./arrays.ts";

const builtinOptions = {
  size: { kind: "integer", default: 16, from: 12, to: 512, unit: "pixels", doc: "height and width", flag: "size" },
  count: {
    kind: "integer",
    default: 2000,
    from: 10,
    to: 1_000_000,
    unit: "images",
    doc: "how many training images; the test set has half as many",
    flag: "count",
  },
} as const;

/** The images that {@link builtinDataset} draws; a cleaned set is written in the format `arrays`. */
export const builtin: DatasetFormat<OptionsOf<typeof builtinOptions>> = {
  name: "builtin",
  summary: "ten shapes, drawn from the seed: needs no data",
  options: builtinOptions,
  classNames: builtinShapes.map(({ name }) => name),
  reads: "nothing",
  detect: () => false,
  read: async ({ options: { size, count }, seed, limit }) => ({
    train: builtinDataset({ count: Math.min(count, limit ?? count), size, seed, part: "train" }),
    test: builtinDataset({ count: Math.ceil(count / 2), size, seed, part: "test" }),
  }),
  write: ({ train, test }, { kept }) => encodeArrays(selectImages(train, kept), test),
};
