import type { Augmentation } from "./augment.ts";

/** Names of the augmentations that the steps know. */
export type AugmentKind = "none" | "flip" | "crop+flip" | "crop+flip+cutout";

/** The names that `--augment` takes, weakest first. */
export const augmentKinds: readonly AugmentKind[] = ["none", "flip", "crop+flip", "crop+flip+cutout"];

/**
 * The augmentation of a name, for images of a width: the authors' crop pads 4 of 32 pixels, so an eighth of the width.
 *
 * Deviation: mirrors are for the user to leave out where they change the class (traffic signs); the authors always mirror.
 *
 * @example
 * ```ts
 * import { augmentation } from "deconfound/data";
 *
 * console.log(JSON.stringify(augmentation("crop+flip", 32))); // {"crop":4,"flip":true,"cutout":0}
 * ```
 */
export function augmentation(kind: AugmentKind, width: number): Augmentation {
  return {
    crop: kind.startsWith("crop") ? Math.round(width / 8) : 0,
    flip: kind !== "none",
    cutout: kind.endsWith("cutout") ? 3 : 0,
  };
}
