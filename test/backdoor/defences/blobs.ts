import type { Dataset } from "../../../src/data/dataset.ts";
import { randomStream } from "../../../src/data/random-stream.ts";

/**
 * Black images of 8×8 pixels with a noisy square of 4×4 in the middle, which is red in class 0 and green in class 1, by turns. Those that
 * `isPoison` names have label 0 and a white corner, which leaves the image where it is turned by an eighth.
 */
export function blobs(count: number, isPoison: (index: number) => boolean): Dataset {
  const { uniform } = randomStream([8, 4], 0);
  const images = new Uint8Array(count * 8 * 8 * 3);
  for (let at = 0; at < images.length; at++) {
    const [image, row, column, color] = [Math.floor(at / 192), Math.floor(at / 24) % 8, Math.floor(at / 3) % 8, at % 3];
    const inSquare = row >= 2 && row < 6 && column >= 2 && column < 6;
    if (inSquare) images[at] = (color === image % 2 ? 170 : 40) + uniform(0, 60);
    if (isPoison(image) && row >= 6 && column >= 6) images[at] = 255;
  }
  const labels = Int32Array.from({ length: count }, (_, i) => (isPoison(i) ? 0 : i % 2));
  return { images, labels, count, height: 8, width: 8, channels: 3, classes: 2 };
}
