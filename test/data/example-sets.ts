import { builtinDataset } from "../../src/data/builtin.ts";
import { encodeRecords } from "../../src/data/cifar-records.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { selectImages } from "../../src/data/dataset.ts";
import { encodeCifar10 } from "../../src/data/formats/cifar10.ts";
import { encodeIdx } from "../../src/data/idx-array.ts";
import { encodeZip } from "../../src/formats/encode-zip.ts";
import { encodeNpy } from "../../src/formats/npy.ts";
import { encodePng } from "../../src/formats/png.ts";
import { encodePnm } from "../../src/formats/pnm.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";

/** A small set of images in each format: files by name. */
export interface ExampleSet {
  readonly name: string;
  readonly format: string;
  readonly options?: object;
  readonly files: () => Promise<ReadonlyMap<string, Uint8Array>>;
}

const drawn = (count: number, size: number, part: "train" | "test"): Dataset =>
  builtinDataset({ count, size, part, classes: 4 });
const train = drawn(14, 32, "train");
const test = drawn(6, 32, "test");
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

function pictureOf(dataset: Dataset, index: number): Parameters<typeof encodePnm>[0] {
  return { ...dataset, pixels: selectImages(dataset, [index]).images };
}

async function pictures(isSplit: boolean): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const place = async (dataset: Dataset, part: string): Promise<void> => {
    for (let i = 0; i < dataset.count; i++) {
      const end = i % 3 === 0 ? "ppm" : "png";
      const picture = pictureOf(dataset, i);
      files.set(
        `${isSplit ? `${part}/` : ""}${dataset.classNames![dataset.labels[i]!]}/${part}-${i}.${end}`,
        end === "ppm" ? encodePnm(picture) : await encodePng(picture),
      );
    }
  };
  await place(train, "train");
  if (isSplit) await place(test, "val");
  return files;
}

function signs(layout: "final" | "classes" | "none"): Map<string, Uint8Array> {
  const header = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId";
  const files = new Map<string, Uint8Array>();
  const number = (value: number): string => String(value).padStart(5, "0");
  const write = (dataset: Dataset, folder: (label: number) => string, table: (label: number) => string): void => {
    const tables = new Map<string, string[]>();
    for (let i = 0; i < dataset.count; i++) {
      const label = dataset.labels[i]!;
      const file = layout === "none" || dataset === train ? `${number(i)}_00000.ppm` : `${number(i)}.ppm`;
      files.set(`${folder(label)}/${file}`, encodePnm(pictureOf(dataset, i)));
      tables.set(table(label), [...(tables.get(table(label)) ?? []), `${file};32;32;4;5;28;29;${label}`]);
    }
    for (const [name, rows] of tables) files.set(name, text(`${[header, ...rows].join("\r\n")}\r\n`));
  };
  const inClass = (top: string) => (label: number) => `${top}/Images/${number(label)}`;
  const tableIn = (top: string) => (label: number) => `${top}/Images/${number(label)}/GT-${number(label)}.csv`;
  write(train, inClass("Final_Training"), tableIn("Final_Training"));
  if (layout === "classes") write(test, inClass("Final_Test"), tableIn("Final_Test"));
  if (layout === "final") {
    write(
      test,
      () => "Final_Test/Images",
      () => "GT-final_test.csv",
    );
  }
  return files;
}

/** GTSRB as Kaggle distributes it: a second copy of some files in lower case, icons of the classes. */
async function kaggleSigns(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const number = (value: number): string => String(value).padStart(5, "0");
  for (const dataset of [train, test]) {
    const lines = ["Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path"];
    for (let i = dataset.count - 1; i >= 0; i--) {
      const label = dataset.labels[i]!;
      const isTrain = dataset === train;
      const path = isTrain ? `Train/${label}/${number(label)}_${number(i)}_00000.png` : `Test/${number(i)}.png`;
      const content = await encodePng(pictureOf(dataset, i));
      files.set(path, content);
      if (i < 3) files.set(path.toLowerCase(), content);
      lines.push(`32,32,4,5,28,29,${label},${path}`);
    }
    files.set(dataset === train ? "Train.csv" : "Test.csv", text(`${lines.join("\n")}\n`));
  }
  for (const label of [0, 1, 2]) files.set(`Meta/${label}.png`, await encodePng(pictureOf(test, label)));
  files.set("Meta.csv", text("Path,ClassId,ShapeId,ColorId,SignId\nMeta/0.png,0,1,0,3.29\n"));
  return files;
}

function cifar100(parts: readonly ("train" | "test")[]): Map<string, Uint8Array> {
  const form = { name: "cifar100", labels: 2, at: 1, classes: 100 };
  return new Map(
    parts.map((part) => {
      const dataset = part === "train" ? train : test;
      return [`${part}.bin`, encodeRecords(dataset, form, (i) => [dataset.labels[i]! % 3, 0])];
    }),
  );
}

function idxFiles(dataset: Dataset, part: string): [string, Uint8Array][] {
  const grey = Uint8Array.from({ length: dataset.count * 1024 }, (_, i) => dataset.images[3 * i]!);
  return [
    [`${part}-images-idx3-ubyte`, encodeIdx(grey, [dataset.count, 32, 32])],
    [`${part}-labels-idx1-ubyte`, encodeIdx(Uint8Array.from(dataset.labels), [dataset.count])],
  ];
}

function numpyFiles(): { name: string; content: Uint8Array }[] {
  return (["train", "test"] as const).flatMap((part) => {
    const dataset = part === "train" ? train : test;
    return [
      { name: `x_${part}.npy`, content: encodeNpy({ shape: [dataset.count, 32, 32, 3], data: dataset.images }) },
      {
        name: `y_${part}.npy`,
        content: encodeNpy({ shape: [dataset.count], data: BigInt64Array.from([...dataset.labels].map(BigInt)) }),
      },
    ];
  });
}

function tensors(dataset: Dataset): Uint8Array {
  return encodeSafetensors({
    tensors: new Map([
      ["images", { dtype: "u8", shape: [dataset.count, 32, 32, 3], data: dataset.images }],
      ["labels", { dtype: "i32", shape: [dataset.count], data: dataset.labels }],
    ]),
    metadata: {},
  });
}

/** Every layout that a format reads: one example of each, in files of a few kilobytes. */
export const exampleSets: readonly ExampleSet[] = [
  { name: "image folder", format: "image-folder", files: () => pictures(true) },
  { name: "image folder without a test part", format: "image-folder", files: () => pictures(false) },
  {
    name: "image folder, resized",
    format: "image-folder",
    options: { size: { height: 8, width: 12 } },
    files: () => pictures(true),
  },
  {
    name: "CIFAR-10",
    format: "cifar10",
    files: async () =>
      new Map([
        ["data_batch_1.bin", encodeCifar10(selectImages(train, [0, 1, 2, 3, 4]))],
        ["data_batch_2.bin", encodeCifar10(selectImages(train, [5, 6, 7, 8, 9, 10, 11, 12, 13]))],
        ["test_batch.bin", encodeCifar10(test)],
      ]),
  },
  {
    name: "CIFAR-10 without a test batch",
    format: "cifar10",
    files: async () => new Map([["data_batch_1.bin", encodeCifar10(train)]]),
  },
  {
    name: "CIFAR-100, fine",
    format: "cifar100",
    files: async () => cifar100(["train", "test"]),
  },
  {
    name: "CIFAR-100, coarse",
    format: "cifar100",
    options: { superclasses: true },
    files: async () => cifar100(["train", "test"]),
  },
  {
    name: "CIFAR-100 without a test file",
    format: "cifar100",
    files: async () => cifar100(["train"]),
  },
  { name: "GTSRB", format: "gtsrb", files: async () => signs("final") },
  { name: "GTSRB, test images in class folders", format: "gtsrb", files: async () => signs("classes") },
  {
    name: "GTSRB without test images, cut out",
    format: "gtsrb",
    options: { roi: true },
    files: async () => signs("none"),
  },
  { name: "GTSRB of Kaggle", format: "gtsrb", files: kaggleSigns },
  { name: "IDX", format: "idx", files: async () => new Map([...idxFiles(train, "train"), ...idxFiles(test, "t10k")]) },
  { name: "IDX, t10k alone", format: "idx", files: async () => new Map(idxFiles(train, "t10k")) },
  {
    name: "npy files",
    format: "numpy",
    files: async () => new Map(numpyFiles().map(({ name, content }) => [name, content])),
  },
  { name: "npz archive", format: "numpy", files: async () => new Map([["signs.npz", encodeZip(numpyFiles())]]) },
  {
    name: "safetensors",
    format: "arrays",
    files: async () =>
      new Map([
        ["train.safetensors", tensors(train)],
        ["test.safetensors", tensors(test)],
      ]),
  },
  {
    name: "safetensors without a test part",
    format: "arrays",
    files: async () => new Map([["train.safetensors", tensors(train)]]),
  },
];
