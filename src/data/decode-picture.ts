import type { Picture } from "../formats/png.ts";
import { decodePnm, readPnmHeader } from "../formats/pnm.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { ImageDecoder, ImageFacts, ImageForm } from "./image-decoder.ts";
import { pictureKind } from "./picture-kind.ts";
import { pngFacts } from "./png-facts.ts";
import type { Rectangle } from "./resize-picture.ts";
import { cropPicture, resizePicture } from "./resize-picture.ts";

/** What any picture file is: PPM and PGM are read here, the compressed kinds by the decoder. @throws DataError for other bytes. */
export async function probePicture(bytes: Uint8Array, decoder: ImageDecoder | undefined): Promise<ImageFacts> {
  const kind = kindOf(bytes);
  const facts = kind === "png" ? pngFacts(bytes) : undefined;
  if (facts !== undefined) return facts;
  if (kind !== "pnm") return needed(decoder).probe(bytes);
  const { height, width, channels } = readPnmHeader(bytes);
  return { height, width, channels, alpha: false };
}

/**
 * The pixels of any picture file.
 *
 * @param crop - the part of it that is wanted, and the size of the picture that it is measured in: where the file has another size,
 * the rectangle grows or shrinks with it.
 */
export async function decodePicture(
  bytes: Uint8Array,
  form: ImageForm,
  decoder: ImageDecoder | undefined,
  crop?: Rectangle & { readonly height: number; readonly width: number },
): Promise<Uint8Array> {
  const isPnm = kindOf(bytes) === "pnm";
  if (!isPnm && crop === undefined) return needed(decoder).decode(bytes, form);
  const picture = isPnm ? decodePnm(bytes) : await decodeWhole(bytes, form.channels, needed(decoder));
  const part = crop === undefined ? picture : cropPicture(picture, scaled(crop, picture));
  return withChannels(resizePicture(part, form.height, form.width), form.channels).pixels;
}

function kindOf(bytes: Uint8Array): string {
  const kind = pictureKind(bytes);
  if (kind !== undefined) return kind;
  throw new DataError(bytes.length === 0 ? "is empty" : "is not a JPEG, PNG, WebP, PPM or PGM picture");
}

function needed(decoder: ImageDecoder | undefined): ImageDecoder {
  if (decoder !== undefined) return decoder;
  throw new ConfigError("a decoder of JPEG, PNG and WebP is needed", ['node: sharpDecoder of "deconfound/node"']);
}

async function decodeWhole(bytes: Uint8Array, channels: 1 | 3, decoder: ImageDecoder): Promise<Picture> {
  const { height, width } = await decoder.probe(bytes);
  return { pixels: await decoder.decode(bytes, { height, width, channels }), height, width, channels };
}

function scaled(crop: Rectangle & { readonly height: number; readonly width: number }, picture: Picture): Rectangle {
  const [across, down] = [picture.width / crop.width, picture.height / crop.height];
  const left = Math.min(picture.width - 1, Math.round(crop.left * across));
  const top = Math.min(picture.height - 1, Math.round(crop.top * down));
  return {
    left,
    top,
    right: Math.max(left + 1, Math.min(picture.width, Math.round(crop.right * across))),
    bottom: Math.max(top + 1, Math.min(picture.height, Math.round(crop.bottom * down))),
  };
}

/** Grey as three equal channels, or colours as their brightness (Rec. 601, as PIL's `L`). */
export function withChannels(picture: Picture, channels: 1 | 3): Picture {
  if (picture.channels === channels) return picture;
  const count = picture.height * picture.width;
  const pixels = new Uint8Array(count * channels);
  for (let i = 0; i < count; i++) {
    if (channels === 3) pixels.fill(picture.pixels[i]!, 3 * i, 3 * i + 3);
    else {
      const [r, g, b] = picture.pixels.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
      pixels[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    }
  }
  return { ...picture, pixels, channels };
}
