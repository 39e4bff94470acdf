import { expect, test } from "vitest";
import { occlusionMaps } from "../../../src/backdoor/scan/occlusion.ts";
import { builtinDataset } from "../../../src/data/builtin.ts";
import type { Classifier } from "../../../src/nn/classifier.ts";
import { hotSpot, meanMap } from "../../../src/report/hot-spot.ts";
import { concat, mul, reshape, sum, zeros } from "../../../src/tensor/ops/index.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

/** Calls an image class 0 by the sum of its pixels in a box, and by nothing else. */
function boxClassifier(height: number, width: number, box: { top: number; left: number; side: number }) {
  const mask = new Float32Array(height * width * 3);
  for (let y = box.top; y < box.top + box.side; y++) {
    for (let x = box.left; x < box.left + box.side; x++) mask.fill(1, (y * width + x) * 3, (y * width + x) * 3 + 3);
  }
  const classifier: Classifier<object, object> = {
    init: () => ({ params: {}, stats: {} }),
    apply: (_, stats, images) => {
      const score = mul(sum(mul(images, tensor(mask, { shape: [height, width, 3] })), { axis: [1, 2, 3] }), 0.1);
      const logits = concat([reshape(score, [-1, 1]), zeros([images.shape[0]!, 1])], { axis: 1 });
      return { logits, z: logits, stats };
    },
  } as Classifier<object, object>;
  return classifier;
}

test.each([
  ["a square image", 12, 12, { top: 8, left: 0, side: 3 }],
  ["a wide image, whose cells hang over the edge", 10, 18, { top: 0, left: 14, side: 4 }],
])("a box that decides is a spot: %s", async (_, height, width, box) => {
  const images = new Uint8Array(2 * height * width * 3).fill(20);
  for (const image of [0, 1]) {
    for (let y = box.top; y < box.top + box.side; y++) {
      for (let x = box.left; x < box.left + box.side; x++) {
        const at = ((image * height + y) * width + x) * 3;
        images.fill(255, at, at + 3);
      }
    }
  }
  const set = { ...builtinDataset({ count: 2, size: 12 }), images, height, width, labels: Int32Array.of(0, 0) };
  const network = { params: {}, stats: {} };
  const device = referenceDevice();
  const found = await occlusionMaps(device, boxClassifier(height, width, box), network, set, [1, 0]);
  expect(found.maps[0]).toEqual(found.maps[1]);
  const spot = hotSpot(meanMap(found.maps), found, set)!;
  expect(spot.peak).toBeGreaterThan(0.001);
  // the square of three cells around a cell must touch the box
  const reach = found.cell;
  expect(spot.rows[0]).toBeGreaterThanOrEqual(box.top - reach);
  expect(spot.rows[1]).toBeLessThan(box.top + box.side + 2 * reach);
  expect(spot.columns[0]).toBeGreaterThanOrEqual(box.left - reach);
  expect(spot.columns[1]).toBeLessThan(box.left + box.side + 2 * reach);
});

test("a network that looks nowhere has no spot", async () => {
  const set = { ...builtinDataset({ count: 1, size: 12 }), labels: Int32Array.of(1) };
  const found = await occlusionMaps(
    referenceDevice(),
    boxClassifier(12, 12, { top: 0, left: 0, side: 0 }),
    { params: {}, stats: {} },
    set,
    [0],
  );
  expect(hotSpot(found.maps[0]!, found, set)).toBeNull();
});
