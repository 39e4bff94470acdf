import type { Form } from "../options/option.ts";

/** Height and width of images, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

const [smallest, largest] = [4, 4096];

/** `32` or `48x64`, height first. */
export const sizeForm: Form<ImageSize | null> = {
  expects: `N or HxW, ${smallest} … ${largest} pixels`,
  parse(text) {
    const [, first, second = first] = /^(\d{1,5})(?:[x×](\d{1,5}))?$/.exec(text) ?? [];
    const [height, width] = [Number(first), Number(second)];
    const fits = (side: number): boolean => side >= smallest && side <= largest;
    return fits(height) && fits(width) ? { height, width } : undefined;
  },
  format: (size) =>
    size === null ? "" : size.height === size.width ? `${size.height}` : `${size.height}x${size.width}`,
};
