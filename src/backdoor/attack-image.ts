import { withChannels } from "../data/decode-picture.ts";
import { resizePicture } from "../data/resize-picture.ts";
import type { Picture } from "../formats/png.ts";
import { ConfigError } from "../tensor/errors.ts";

/** An option of attacks that take a picture of the user's. The command line reads the file. */
export const imageOption = {
  kind: "text",
  default: null,
  form: "IMAGE",
  doc: "your picture as the trigger, a file: PNG, JPEG, WebP, PPM or PGM",
  flag: "trigger-image",
} as const;

/**
 * A picture that an option names, at a size: bilinear where it grows, by means of all its pixels where it shrinks. Grey and RGB
 * become each other.
 *
 * @param name - of the attack, for errors.
 * @param pictures - by the option's text.
 * @returns `(height, width, channels)`, 0 … 255.
 * @throws ConfigError if the picture was not read.
 */
export function pictureAt(
  name: string,
  image: string,
  pictures: ReadonlyMap<string, Picture>,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
): Uint8Array {
  const picture = pictures.get(image);
  if (picture === undefined) {
    throw new ConfigError(`${name}: the picture ${image} was not read`, ["pass its pixels in pictures, by this name"]);
  }
  if (channels !== 1 && channels !== 3) {
    throw new ConfigError(`${name}: a picture has 1 or 3 channels, the images have ${channels}`);
  }
  return withChannels(resizePicture(picture, height, width), channels).pixels;
}
