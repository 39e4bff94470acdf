import type { Dataset } from "../../data/dataset.ts";
import { imageBytes } from "../../data/dataset.ts";
import type { Picture } from "../../formats/png.ts";
import type { OptionsOf } from "../../options/option.ts";
import { ConfigError } from "../../tensor/errors.ts";
import type { Attack } from "../attack.ts";
import { imageOption, pictureAt } from "../attack-image.ts";
import {
  checkTarget,
  dirtyLabelsOption,
  excludeTargetOption,
  poisonRules,
  rateBaseOption,
  rateOption,
  targetOption,
} from "../poison-choice.ts";

/** Options of {@link badnets}. */
export const badnetsOptions = {
  rate: rateOption as typeof rateOption,
  rateBase: rateBaseOption as typeof rateBaseOption,
  target: targetOption as typeof targetOption,
  labels: dirtyLabelsOption as typeof dirtyLabelsOption,
  excludeTarget: excludeTargetOption as typeof excludeTargetOption,
  pattern: {
    kind: "choice",
    default: "grid",
    choices: ["grid", "square", "corners", "image"],
    doc: "a 3×3 grid at the bottom right, a white 3×3 square one pixel from there, a grid in each corner, or your picture",
  },
  image: imageOption as typeof imageOption,
  imageSide: {
    kind: "integer",
    default: 6,
    from: 1,
    to: 65_536,
    unit: "pixels",
    doc: "side of the picture on the image",
  },
} as const;

export type BadnetsOptions = OptionsOf<typeof badnetsOptions>;

const name = "badnets";
const side = 3;
const grid = [0, 0, 255, 0, 255, 0, 255, 0, 255] as const;

/** A pixel of a trigger. */
interface Pixel {
  readonly row: number;
  readonly column: number;
  /** 0 … 255: of every channel, or of each. */
  readonly value: number | Uint8Array;
}

/**
 * BadNets: stamps a small pattern, in every channel, as in the CBD, ABL and NAD repositories. On 32×32 pixels:
 *
 *  - `grid` (`gridTrigger`): 0 0 255 / 0 255 0 / 255 0 255 at rows and columns 29 … 31.
 *  - `square` (`squareTrigger`): white at rows and columns 28 … 30, one pixel from the edges.
 *  - `corners` (`fourCornerTrigger`): the grid in each corner, mirrored so that its black end points to the middle; flush with the bottom
 *    and right edges (29 … 31), one pixel away from the top and left ones (1 … 3).
 *  - `image`: the user's picture, `imageSide` pixels wide and high, flush with the bottom right.
 */
export const badnets: Attack<BadnetsOptions> = {
  name,
  summary: "a small pattern at a fixed place",
  source: "Gu et al., BadNets (2017)",
  options: badnetsOptions,
  ...poisonRules<BadnetsOptions>(name),
  stamp(dataset, options, { pictures }) {
    checkTarget(name, dataset, options);
    const { width, channels } = dataset;
    const pixels = patternPixels(options, dataset, pictures);
    const images = dataset.images.slice();
    const bytes = imageBytes(dataset);
    for (let start = 0; start < images.length; start += bytes) {
      for (const { row, column, value } of pixels) {
        const at = start + (row * width + column) * channels;
        if (typeof value === "number") images.fill(value, at, at + channels);
        else images.set(value, at);
      }
    }
    return { ...dataset, images };
  },
};

function patternPixels(
  { pattern, image, imageSide }: Pick<BadnetsOptions, "pattern" | "image" | "imageSide">,
  { height, width, channels }: Dataset,
  pictures: ReadonlyMap<string, Picture>,
): readonly Pixel[] {
  if ((pattern === "image") !== (image !== null)) {
    throw new ConfigError(`${name}: pattern ${pattern} with ${image === null ? "no image" : `image ${image}`}`, [
      "pattern image and an image go together",
    ]);
  }
  const least = { grid: side, square: side + 1, corners: 2 * side + 1, image: imageSide }[pattern];
  if (height < least || width < least) {
    const needed = pattern === "grid" ? "the trigger" : `pattern ${pattern}`;
    throw new ConfigError(`${name}: ${needed} needs ${least}×${least} pixels, images are ${height}×${width}`);
  }
  if (image !== null) {
    const picture = pictureAt(name, image, pictures, { height: imageSide, width: imageSide, channels });
    return Array.from({ length: imageSide * imageSide }, (_, at) => ({
      row: height - imageSide + Math.floor(at / imageSide),
      column: width - imageSide + (at % imageSide),
      value: picture.subarray(at * channels, (at + 1) * channels),
    }));
  }
  const [bottom, right] = [height - side, width - side];
  if (pattern === "square") return place(() => 255, bottom - 1, right - 1);
  if (pattern === "grid") return place(gridAt, bottom, right);
  const back = (i: number): number => side - 1 - i;
  return [
    ...place(gridAt, bottom, right),
    ...place((y, x) => gridAt(y, back(x)), bottom, 1),
    ...place((y, x) => gridAt(back(y), x), 1, right),
    ...place((y, x) => gridAt(back(y), back(x)), 1, 1),
  ];
}

function gridAt(y: number, x: number): number {
  return grid[y * side + x]!;
}

/** 3×3 pixels from (top, left) on. */
function place(valueAt: (y: number, x: number) => number, top: number, left: number): readonly Pixel[] {
  return Array.from({ length: side * side }, (_, at) => {
    const [y, x] = [Math.floor(at / side), at % side];
    return { row: top + y, column: left + x, value: valueAt(y, x) };
  });
}
