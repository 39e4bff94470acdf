import type { ImageDecoder, ImageForm } from "../data/image-decoder.ts";
import { pictureKind } from "../data/picture-kind.ts";
import { ConfigError, DataError, DeconfoundError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";

/** What is used of `sharp`. Its own types are not named: they are absent where it is not installed. */
interface Pipeline {
  metadata(): Promise<{
    readonly space?: string;
    readonly hasAlpha?: boolean;
    readonly autoOrient: { readonly width: number; readonly height: number };
  }>;
  autoOrient(): Pipeline;
  removeAlpha(): Pipeline;
  toColourspace(space: "b-w" | "srgb"): Pipeline;
  resize(width: number, height: number, options: { readonly fit: "fill"; readonly kernel: "linear" }): Pipeline;
  raw(): Pipeline;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<{
    readonly data: Uint8Array;
    readonly info: { readonly width: number; readonly height: number; readonly channels: number };
  }>;
}

interface Sharp {
  (bytes: Uint8Array, options: object): Pipeline;
  concurrency(threads: number): void;
  cache(use: boolean): void;
}

let loaded: Promise<Sharp> | undefined;

async function loadSharp(): Promise<Sharp> {
  const name: string = "sharp"; // not a literal, so that no compiler looks for the types of an optional package
  try {
    const { default: sharp } = (await import(name)) as { default: Sharp };
    sharp.concurrency(1); // many pictures at once, one thread each, instead of many threads on one small picture
    sharp.cache(false); // each is decoded once
    return sharp;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    const reason = printable(error instanceof Error ? error.message.split("\n")[0]! : String(error), 200);
    throw new ConfigError(
      missing ? "pictures are decoded by the package sharp, which is not installed" : `sharp does not load: ${reason}`,
      ["npm install sharp"],
    );
  }
}

const reading = { failOn: "error" } as const; // as strict as PIL: a truncated picture fails, a stray marker does not

/**
 * Decodes JPEG, PNG and WebP with the optional package `sharp`, which is loaded when the first picture is.
 *
 * @example
 * ```ts
 * import { encodePng } from "deconfound/formats";
 * import { sharpDecoder } from "deconfound/node";
 *
 * const bytes = await encodePng({ pixels: Uint8Array.of(255, 0, 0, 0, 255, 0), height: 1, width: 2, channels: 3 });
 * const { height, width, channels } = await sharpDecoder.probe(bytes);
 * console.log(height, width, channels); // 1 2 3
 * console.log(String(await sharpDecoder.decode(bytes, { height, width, channels }))); // 255,0,0,0,255,0
 * ```
 */
export const sharpDecoder: ImageDecoder = {
  probe: (bytes) =>
    use(bytes, async (sharp) => {
      const { space, hasAlpha, autoOrient } = await sharp(bytes, reading).metadata();
      const grey = space === "b-w" || space === "grey16";
      return { height: autoOrient.height, width: autoOrient.width, channels: grey ? 1 : 3, alpha: hasAlpha === true };
    }),
  decode: (bytes, form) =>
    use(bytes, async (sharp, kind) => {
      const picture = converted(sharp(bytes, reading).autoOrient(), form);
      // a JPEG is decoded at a fraction of its size where a small one is wanted, and has no alpha
      if (kind === "jpeg") return pixelsOf(resized(picture, form));
      // alpha goes first: sharp would weigh the colours with it when it resizes
      const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
      if (info.height === form.height && info.width === form.width) return bytesOf(data);
      return pixelsOf(resized(sharp(data, { raw: info }), form));
    }),
};

function converted(picture: Pipeline, { channels }: ImageForm): Pipeline {
  return picture.removeAlpha().toColourspace(channels === 1 ? "b-w" : "srgb");
}

function resized(picture: Pipeline, { height, width }: ImageForm): Pipeline {
  return picture.resize(width, height, { fit: "fill", kernel: "linear" });
}

async function pixelsOf(picture: Pipeline): Promise<Uint8Array> {
  return bytesOf((await picture.raw().toBuffer({ resolveWithObject: true })).data);
}

/** A plain array of a Buffer's bytes, which are not copied. */
function bytesOf({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

async function use<T>(bytes: Uint8Array, work: (sharp: Sharp, kind: string) => Promise<T>): Promise<T> {
  loaded ??= loadSharp();
  const sharp = await loaded;
  const kind = pictureKind(bytes);
  if (kind === undefined || kind === "pnm") throw new DataError("is not a JPEG, PNG or WebP picture");
  try {
    return await work(sharp, kind);
  } catch (error) {
    if (error instanceof DeconfoundError) throw error;
    throw new DataError(printable(error instanceof Error ? error.message.split("\n")[0]! : String(error), 200));
  }
}
