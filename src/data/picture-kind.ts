/** A file format of one picture. */
export type PictureKind = "jpeg" | "png" | "webp" | "pnm";

const extension = /\.(?:jpe?g|png|webp|p[pgn]m)$/i;

/** Whether a file of this name should be a picture. */
export function isPictureName(name: string): boolean {
  return extension.test(name);
}

const text = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

/** What the first bytes say, whatever the file's name is; undefined for everything else. `pnm` is binary PPM or PGM. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "jpeg";
  if (text(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP") return "webp";
  return /^P[56][\s#]/.test(text(bytes, 0, 3)) ? "pnm" : undefined;
}
