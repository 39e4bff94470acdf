import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeCifar10, encodeCifar10 } from "../../../src/data/formats/cifar10.ts";

const folder = join(process.env["DECONFOUND_DATA"] ?? "../shared/data", "cifar10");
const record = 3073;

function synthetic(count: number): Uint8Array {
  const file = Uint8Array.from({ length: count * record }, (_, i) => (i * 31 + 7) % 256);
  for (let i = 0; i < count; i++) file[i * record] = (3 * i + 2) % 10;
  return file;
}

describe("decodeCifar10", () => {
  it("reads labels and interleaves the three planes", () => {
    const file = synthetic(2);
    const data = decodeCifar10([file]);
    expect([...data.labels]).toEqual([2, 5]);
    expect([data.count, data.height, data.width, data.channels, data.classes]).toEqual([2, 32, 32, 3, 10]);
    for (const [image, y, x, channel] of [
      [0, 0, 0, 0],
      [0, 0, 1, 2],
      [1, 31, 30, 1],
    ] as const) {
      const planar = file[image * record + 1 + channel * 1024 + y * 32 + x];
      expect(data.images[((image * 32 + y) * 32 + x) * 3 + channel]).toBe(planar);
    }
  });

  it("joins files and is the inverse of encodeCifar10", () => {
    const files = [synthetic(1), synthetic(3)];
    const data = decodeCifar10(files);
    expect(data.count).toBe(4);
    expect(encodeCifar10(data)).toEqual(Uint8Array.from([...files[0]!, ...files[1]!]));
  });

  it("says what is wrong with a file", () => {
    expect(() => decodeCifar10([synthetic(1), synthetic(2).subarray(0, 5000)])).toThrow(
      "cifar10: file 1 has 5000 bytes: 1 records of 3073 and 1927 bytes over",
    );
    expect(() => decodeCifar10([new Uint8Array(0)])).toThrow("it is empty");
    expect(() => decodeCifar10([])).toThrow("cifar10: no file given");
    const file = synthetic(3);
    file[record] = 77;
    expect(() => decodeCifar10([file])).toThrow("cifar10: record 1 of file 0 has label 77");
  });

  it("refuses to encode what the format cannot hold", () => {
    const data = decodeCifar10([synthetic(1)]);
    expect(() => encodeCifar10({ ...data, height: 16, width: 64 })).toThrow("images are 16×64×3");
    expect(() => encodeCifar10({ ...data, labels: Int32Array.of(10) })).toThrow("label 10 of image 0");
  });
});

describe.skipIf(!existsSync(folder))(
  "the real files (skipped where DECONFOUND_DATA and ../shared/data are absent)",
  () => {
    it("starts with the labels of the official files", () => {
      const head = (name: string): number[] => [
        ...decodeCifar10([readFileSync(join(folder, name))]).labels.slice(0, 10),
      ];
      expect(head("official_head_data_batch_1.bin")).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
      expect(head("official_head_test_batch.bin").slice(0, 8)).toEqual([3, 8, 8, 0, 6, 6, 1, 6]);
    });

    it("holds 500 training images of each class", () => {
      const names = readdirSync(folder).filter((name) => /^data_batch_\d+\.bin$/.test(name));
      const data = decodeCifar10(names.map((name) => readFileSync(join(folder, name))));
      const perClass = Array.from({ length: 10 }, (_, c) => data.labels.filter((label) => label === c).length);
      expect(perClass).toEqual(new Array(10).fill(500));
    });
  },
);
