import type { Dataset } from "../../../src/data/dataset.ts";
import { selectImages } from "../../../src/data/dataset.ts";
import type { DatasetFormat } from "../../../src/data/dataset-format.ts";
import type { OptionsOf } from "../../../src/options/option.ts";
import { DataError } from "../../../src/tensor/errors.ts";

const side = 8;
const options = {
  gain: { kind: "number", default: 1, from: 0, to: 1, doc: "what bytes are multiplied by", flag: "gain" },
} as const;

function decode(bytes: Uint8Array, gain: number): Dataset {
  const record = 1 + side * side;
  if (bytes.length % record !== 0) throw new DataError(`raw: ${bytes.length} bytes`);
  const count = bytes.length / record;
  const images = new Uint8Array(count * side * side);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * record]!;
    images.set(
      bytes.subarray(i * record + 1, (i + 1) * record).map((value) => value * gain),
      i * side * side,
    );
  }
  return { images, labels, count, height: side, width: side, channels: 1, classes: 10 };
}

function encode({ images, labels, count }: Dataset): Uint8Array {
  const parts = Array.from({ length: count }, (_, i) => [
    labels[i]!,
    ...images.subarray(i * side * side, (i + 1) * side * side),
  ]);
  return Uint8Array.from(parts.flat());
}

/** Grey images of 8×8, a label byte before each: train.raw and test.raw. */
export const raw: DatasetFormat<OptionsOf<typeof options>> = {
  name: "raw",
  summary: "train.raw, test.raw: a label and 8×8 grey values per image",
  options,
  reads: "folder",
  detect: (names) => names.includes("train.raw"),
  read: async ({ folder, options: { gain } }) => ({
    train: decode(await folder!.read("train.raw"), gain),
    test: decode(await folder!.read("test.raw"), gain),
  }),
  async *write({ train, test }, { kept }) {
    yield { name: "train.raw", content: encode(selectImages(train, kept)) };
    yield { name: "test.raw", content: encode(test) };
  },
};
