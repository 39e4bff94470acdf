import type { Dataset } from "../../../src/data/dataset.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import type { Classifier } from "../../../src/nn/classifier.ts";
import type { DenseParams } from "../../../src/nn/dense.ts";
import { dense } from "../../../src/nn/dense.ts";
import { globalAvgPool2d } from "../../../src/tensor/ops/avg-pool.ts";
import { zeros } from "../../../src/tensor/ops/creation.ts";

/** A classifier without batch norm whose z is the mean colour: what lies apart in colour lies apart in z, however it is trained. */
export const channelMeans: Classifier<{ readonly fc: DenseParams }, object> = {
  init: () => ({ params: { fc: { weight: zeros([3, 2]), bias: zeros([2]) } }, stats: {} }),
  apply: (params, stats, images) => {
    const z = globalAvgPool2d(images);
    return { logits: dense(params.fc, z), z, stats, head: params.fc };
  },
};

/**
 * Images of two classes by turns: class 0 is red, class 1 green, both noisy. Those that `isPoison` names have label 0 and are blue besides.
 */
export function colours(count: number, isPoison: (index: number) => boolean): Dataset {
  const { uniform } = randomStream([3, 1], 0);
  const images = new Uint8Array(count * 4 * 4 * 3);
  for (let at = 0; at < images.length; at++) {
    const [image, color] = [Math.floor(at / 48), at % 3];
    const own = color === image % 2 ? 150 : 20;
    images[at] = (color === 2 && isPoison(image) ? 220 : own) + uniform(0, 30);
  }
  const labels = Int32Array.from({ length: count }, (_, i) => (isPoison(i) ? 0 : i % 2));
  return { images, labels, count, height: 4, width: 4, channels: 3, classes: 2 };
}
