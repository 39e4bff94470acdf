import type { Dataset } from "../../data/dataset.ts";
import { imageBytes } from "../../data/dataset.ts";
import type { OptionsOf } from "../../options/option.ts";
import { ConfigError } from "../../tensor/errors.ts";
import type { Attack } from "../attack.ts";
import { randomOrder } from "../random-order.ts";

/** Options of {@link badnets}. */
export const badnetsOptions = {
  rate: {
    kind: "number",
    default: 0.1,
    from: 0,
    to: 1,
    doc: "share of the training images that is poisoned",
    flag: "rate",
  },
  target: {
    kind: "integer",
    default: 0,
    from: 0,
    to: 65_535,
    isClass: true,
    doc: "class that the trigger calls for, by number or name",
    flag: "target",
  },
} as const;

export type BadnetsOptions = OptionsOf<typeof badnetsOptions>;

const side = 3;
const grid = [0, 0, 255, 0, 255, 0, 255, 0, 255] as const;

/** Second key word: keeps the choice of poison apart from other uses of the seed. */
const poisonStream = 0x62616421;

/**
 * BadNets, all to one: stamps ⌊N·rate⌋ samples and calls them the target. The choice is a seeded permutation of *all* samples,
 * those of the target class included, as in the authors' code. The trigger, in every channel, is 3×3 pixels at the bottom right:
 * 0 0 255 / 0 255 0 / 255 0 255, that of the CBD, ABL and NAD repositories (`gridTrigger`).
 */
export const badnets: Attack<BadnetsOptions> = {
  name: "badnets",
  summary: "a 3×3 pattern at the bottom right, all to one class",
  source: "Gu et al., BadNets (2017)",
  options: badnetsOptions,
  relabels: true,
  choose(train, { rate, target }, seed) {
    checkTarget(train, target);
    return randomOrder([seed >>> 0, poisonStream], train.count)
      .slice(0, Math.floor(train.count * rate))
      .sort();
  },
  stamp(dataset, { target }) {
    checkTarget(dataset, target);
    const { height, width, channels } = dataset;
    if (height < side || width < side) {
      throw new ConfigError(`badnets: the trigger needs 3×3 pixels, images are ${height}×${width}`);
    }
    const images = dataset.images.slice();
    const bytes = imageBytes(dataset);
    for (let start = 0; start < images.length; start += bytes) {
      grid.forEach((value, at) => {
        const row = height - side + Math.floor(at / side);
        const column = width - side + (at % side);
        const pixel = start + (row * width + column) * channels;
        images.fill(value, pixel, pixel + channels);
      });
    }
    return { ...dataset, images };
  },
  targetOf: (_, { target }) => target,
};

function checkTarget(dataset: Dataset, target: number): void {
  if (target >= dataset.classes) {
    throw new ConfigError(`badnets: target class ${target} does not exist`, [`expects 0 … ${dataset.classes - 1}`]);
  }
}
