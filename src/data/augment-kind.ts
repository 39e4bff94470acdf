import type { Augmentation } from "./augment.ts";

/** Names of the augmentations that the steps know. */
export type AugmentKind = "none" | "flip" | "crop+flip" | "crop+flip+cutout";

/** The names that `--augment` takes, weakest first. */
export const augmentKinds: readonly AugmentKind[] = ["none", "flip", "crop+flip", "crop+flip+cutout"];

/**
 * What a name stands for at an image size: the authors' crop pads 4 of 32 pixels, so an eighth of the width.
 *
 * Deviation: mirrors are for the user to leave out where they change the class (traffic signs); the authors always mirror.
 */
export function augmentation(kind: AugmentKind, width: number): Augmentation {
  return {
    crop: kind.startsWith("crop") ? Math.round(width / 8) : 0,
    flip: kind !== "none",
    cutout: kind.endsWith("cutout") ? 3 : 0,
  };
}
