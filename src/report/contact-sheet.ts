import type { Dataset } from "../data/dataset.ts";
import { imageBytes } from "../data/dataset.ts";
import type { Picture } from "../formats/png.ts";

/** How pictures are laid out. */
export interface SheetForm {
  /** Each pixel is drawn as so many squared. */
  readonly scale: number;
  /** Pixels of white between pictures and around them. */
  readonly gap: number;
}

/** Rows of pictures of one size on white, as one picture of 3 channels. Pixels stay square and sharp. */
export function contactSheet(rows: readonly (readonly Picture[])[], { scale, gap }: SheetForm): Picture {
  const { height, width } = rows[0]![0]!;
  const columns = Math.max(...rows.map((row) => row.length));
  const [down, across] = [height * scale + gap, width * scale + gap];
  const sheet = { height: rows.length * down + gap, width: columns * across + gap };
  const pixels = new Uint8Array(sheet.height * sheet.width * 3).fill(255);
  const draw = (picture: Picture, top: number, left: number): void => {
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * picture.channels;
        const to = ((top + y) * sheet.width + left + x) * 3;
        for (let c = 0; c < 3; c++) pixels[to + c] = picture.pixels[from + (picture.channels === 1 ? 0 : c)]!;
      }
    }
  };
  rows.forEach((row, i) => {
    row.forEach((picture, j) => draw(picture, gap + i * down, gap + j * across));
  });
  return { ...sheet, channels: 3, pixels };
}

/** The absolute difference of two pictures, times `factor`, saturating: black where they agree. */
export function differenceOf(a: Picture, b: Picture, factor: number): Picture {
  const pixels = a.pixels.map((value, at) => Math.min(255, factor * Math.abs(value - b.pixels[at]!)));
  return { ...a, pixels };
}

/** One image of a dataset. */
export function pictureOf(dataset: Dataset, index: number): Picture {
  const { height, width, channels, images } = dataset;
  const bytes = imageBytes(dataset);
  return { height, width, channels, pixels: images.subarray(index * bytes, (index + 1) * bytes) };
}
