import { describe, expect, test } from "vitest";
import { numpy } from "../../src/data/formats/numpy.ts";
import { imagesOf, labelsOf, roleOf } from "../../src/data/numpy-arrays.ts";
import { encodeZip } from "../../src/formats/encode-zip.ts";
import { encodeNpy } from "../../src/formats/npy.ts";
import { memoryFolder } from "./memory-folder.ts";

test.each([
  ["x_train", "train", "images"],
  ["X_test", "test", "images"],
  ["y_train", "train", "labels"],
  ["trainX", "train", "images"],
  ["testy", "test", "labels"],
  ["train_images", "train", "images"],
  ["test_labels", "test", "labels"],
  ["val_images", "val", "images"],
  ["train/images", "train", "images"],
  ["mnist_test/arr_1", "test", "labels"],
  ["train/x", "train", "images"],
  ["all_train_and_test/x_test", "test", "images"],
  ["images", "all", "images"],
  ["latest/labels", "all", "labels"],
  ["targets", "all", "labels"],
  ["weights", "all", null],
  ["mask_train", "train", null],
])("%s is of the part %s and holds %s", (name, part, kind) => expect(roleOf(name)).toEqual({ part, kind }));

describe("images and labels", () => {
  const values = Uint8Array.from({ length: 24 }, (_, i) => i);

  test("channels may come first", () => {
    const first = imagesOf({ shape: [1, 3, 2, 4], data: values }, "a");
    expect([first.height, first.width, first.channels]).toEqual([2, 4, 3]);
    expect([...first.images.subarray(0, 6)]).toEqual([0, 8, 16, 1, 9, 17]);
    expect(imagesOf({ shape: [6, 2, 2], data: values }, "a")).toMatchObject({
      count: 6,
      height: 2,
      width: 2,
      channels: 1,
    });
  });

  test("other types and shapes are refused with what to do", () => {
    expect(() => imagesOf({ shape: [1, 2, 2, 3], data: new Float32Array(12) }, "a")).toThrow(
      /a: is float32 \(1, 2, 2, 3\); .*\n.*astype/,
    );
    expect(() => imagesOf({ shape: [6, 4], data: values }, "a")).toThrow("expects images (n, h, w)");
    expect(() => imagesOf({ shape: [0, 2, 2], data: new Uint8Array(0) }, "a")).toThrow("expects images (n, h, w)");
    expect(() => labelsOf({ shape: [2, 3], data: new Uint8Array(6) }, 2, "a")).toThrow(
      "expects one label for each of 2 images",
    );
    expect(() => labelsOf({ shape: [2], data: new Float64Array(2) }, 2, "a")).toThrow("expects labels as integers");
    expect(() => labelsOf({ shape: [2], data: BigInt64Array.of(0n, -1n) }, 2, "a")).toThrow("a: label -1 of image 1");
    expect(() => labelsOf({ shape: [1], data: BigUint64Array.of(2n ** 63n) }, 1, "a")).toThrow(
      "label 9223372036854775808 of image 0",
    );
    expect([...labelsOf({ shape: [2, 1], data: BigInt64Array.of(3n, 1n) }, 2, "a")]).toEqual([3, 1]);
  });

  const source = (files: Readonly<Record<string, Uint8Array>>) => ({
    folder: memoryFolder(new Map(Object.entries(files))),
    options: {},
    seed: 0,
    limit: null,
  });
  const images = (count: number): Uint8Array => encodeNpy({ shape: [count, 2, 2], data: new Uint8Array(count * 4) });
  const labels = (count: number): Uint8Array =>
    encodeNpy({ shape: [count], data: Uint8Array.from({ length: count }, (_, i) => i % 2) });

  test("training, validation and test arrays, as MedMNIST has them", async () => {
    const parts = ["train", "val", "test"] as const;
    const files = parts.flatMap((part, at) => [
      { name: `${part}_images.npy`, content: images(4 + at) },
      { name: `${part}_labels.npy`, content: labels(4 + at) },
    ]);
    const { train, test: tested, notes } = await numpy.read(source({ "set.npz": encodeZip(files) }));
    expect([train.count, tested.count, notes]).toEqual([
      4,
      6,
      ["the validation images are left out: the test images are the test part"],
    ]);
  });

  test("arrays that are missing or twice there are named", async () => {
    await expect(numpy.read(source({ "x_train.npy": images(4) }))).rejects.toThrow(
      "x_train.npy has no array of labels beside it",
    );
    await expect(numpy.read(source({ "weights.npy": images(4) }))).rejects.toThrow(
      "no array of training images among weights.npy",
    );
    const twice = { "x_train.npy": images(4), "train_images.npy": images(4), "y_train.npy": labels(4) };
    await expect(numpy.read(source(twice))).rejects.toThrow("both train_images.npy and x_train.npy may be its images");
    await expect(numpy.read(source({ "x.npy": images(4), "y.npy": labels(3) }))).rejects.toThrow(
      "expects one label for each of 4 images",
    );
  });

  test("test images may be without labels where only they are wanted", async () => {
    const { unlabelled, test: tested } = await numpy.read({ ...source({ "x_test.npy": images(3) }), testOnly: true });
    expect([unlabelled, tested.count]).toEqual([true, 3]);
  });
});
