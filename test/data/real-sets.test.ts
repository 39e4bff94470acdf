import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRecords } from "../../src/data/cifar-records.ts";
import { gtsrb } from "../../src/data/formats/gtsrb.ts";
import { openFolder } from "../../src/node/folder.ts";
import { readDataset } from "../../src/node/read-dataset.ts";

const data = process.env["DECONFOUND_DATA"] ?? "../shared/data";
const countsOf = (labels: Int32Array, classes: number): number[] =>
  Array.from({ length: classes }, (_, k) => labels.filter((label) => label === k).length);

describe.skipIf(!existsSync(data))(
  "published sets (skipped where DECONFOUND_DATA and ../shared/data are absent)",
  () => {
    test("Imagenette: JPEG folders, seven of 200 pictures grey", async () => {
      const { train, test: tested, notes } = await readDataset(join(data, "imagenette"));
      expect([train.height, train.width, train.channels]).toEqual([224, 224, 3]);
      expect(countsOf(train.labels, 10)).toEqual(new Array(10).fill(15));
      expect(countsOf(tested.labels, 10)).toEqual(new Array(10).fill(5));
      expect(train.classNames![0]).toBe("n01440764");
      expect(notes).toEqual(["7 of 200 images are grey and become RGB"]);
    });

    test("MNIST: gzipped IDX of the test set alone becomes both parts", async () => {
      const { train, test: tested, notes } = await readDataset(join(data, "mnist"), { limit: 100 });
      expect([train.count, tested.count, train.height, train.channels, train.flip]).toEqual([100, 1667, 28, 1, false]);
      expect([...train.labels.slice(0, 6)]).toEqual([7, 2, 1, 0, 4, 1]);
      expect(notes).toEqual(["no test part: every sixth image of a seeded order is the test set, 1,667 of 10,000"]);
      const shares = countsOf(tested.labels, 10).map((count) => count / 1667);
      expect(Math.min(...shares)).toBeGreaterThan(0.08); // stratified: MNIST has 892 … 1,135 of each digit
    });

    test("CIFAR-10: gzipped batches, of which a limit unpacks no more than it needs", async () => {
      const { train, test: tested } = await readDataset(join(data, "cifar10-20k"), { limit: 5001 });
      expect([train.count, tested.count]).toEqual([5001, 2000]);
      expect(countsOf(tested.labels, 10)).toEqual(new Array(10).fill(200));
    });

    test("GTSRB's original files: pictures with comments in their headers, tables with CRLF", async () => {
      const { train, test: tested, paths } = await readDataset(join(data, "gtsrb/original-layout"));
      expect([train.count, tested.count, train.classes, train.flip, train.height]).toEqual([30, 10, 43, false, 32]);
      expect([...new Set(train.labels)]).toEqual([0, 12, 14, 21, 40]);
      expect(train.labels.every((label, i) => paths![i]!.includes(`/${String(label).padStart(5, "0")}/`))).toBe(true);
      expect([...tested.labels]).toEqual([16, 1, 38, 33, 11, 38, 18, 12, 25, 35]);
    });

    test("GTSRB: the sign alone, where that is asked for, even in pictures that were resized since", async () => {
      const folder = openFolder(join(data, "gtsrb/original-layout"));
      const read = (roi: boolean) =>
        gtsrb.read({
          folder,
          options: { size: { height: 24, width: 20 }, roi, skipBroken: false },
          seed: 0,
          limit: 12,
        });
      const [whole, cut] = [await read(false), await read(true)];
      expect([cut.train.height, cut.train.width, cut.train.count]).toEqual([24, 20, 12]);
      expect(cut.paths).toEqual(whole.paths);
      expect(cut.test.images).not.toEqual(whole.test.images);
    });

    test("records of 43 classes, as CIFAR has them, are read by the same decoder", async () => {
      const form = { name: "gtsrb", labels: 1, at: 0, classes: 43 };
      const { dataset } = await readRecords(openFolder(join(data, "gtsrb")), ["gtsrb_test.bin.gz"], 1e4, form);
      expect(countsOf(dataset.labels, 43)).toEqual(new Array(43).fill(10));
    });
  },
);
