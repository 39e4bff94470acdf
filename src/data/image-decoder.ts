/** What a compressed picture is, before it is decoded. */
export interface ImageFacts {
  /** Pixels, after the rotation that the file asks for. */
  readonly height: number;
  readonly width: number;
  /** 1 for a grey picture, else 3. */
  readonly channels: 1 | 3;
  /** It has an alpha channel, which `decode` leaves out. */
  readonly alpha: boolean;
}

/** The form that pictures are brought to. */
export interface ImageForm {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/**
 * Decodes JPEG, PNG and WebP. `node` has one made of the package `sharp`; a page can make its own.
 *
 * What every decoder does: the picture is rotated as its EXIF says; 16 bits become the upper 8; CMYK and other colour spaces become
 * sRGB; alpha is left out and the colours under it stay, as in PIL's `convert("RGB")`, which most training programs use; another
 * size is reached by a triangle filter over the whole picture, so that nothing is cut off: a trigger may sit in a corner.
 */
export interface ImageDecoder {
  /** @throws DataError if the bytes are not such a picture; ConfigError if the decoder is not installed. */
  probe(bytes: Uint8Array): Promise<ImageFacts>;
  /**
   * @returns `(height, width, channels)`, row-major, 0 … 255.
   * @throws DataError if the bytes are damaged.
   */
  decode(bytes: Uint8Array, form: ImageForm): Promise<Uint8Array>;
}
