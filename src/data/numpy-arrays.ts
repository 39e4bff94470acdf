import type { NpyArray } from "../formats/npy.ts";
import { decodeNpy } from "../formats/npy.ts";
import { readZip } from "../formats/zip.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Dataset } from "./dataset.ts";
import type { Folder } from "./folder.ts";

/** What an array is for. */
export interface ArrayRole {
  readonly part: "train" | "test" | "val" | "all";
  /** Null for an array that is neither. */
  readonly kind: "images" | "labels" | null;
}

/** An array in a file of its own, or in an archive. */
export interface NamedArray {
  /** Of the file, and of the array in an archive. */
  readonly name: string;
  readonly role: ArrayRole;
  read(): Promise<NpyArray>;
}

const parts = [
  ["train", /(?:^|[^a-z]|\b[xy])train/],
  ["test", /(?:^|[^a-z]|\b[xy])test/],
  ["val", /(?:^|[^a-z]|\b[xy])val/],
] as const;
const kinds = [
  ["labels", /^(?:y|labels?|targets?|class(?:es)?|arr_1)$/],
  ["images", /^(?:x|images?|imgs?|data|pixels|arr_0)$/],
] as const;

/** What the name of an array says: `x_train`, `train/images`, `mnist/y_test`. The words nearest to its end count first. */
export function roleOf(name: string): ArrayRole {
  const levels = name.toLowerCase().split("/").reverse();
  const words = levels.map((level) => (/^arr_\d+$/.test(level) ? [level] : level.split(/[^a-z0-9]+/)));
  const part =
    levels.flatMap((level) => parts.filter(([, pattern]) => pattern.test(level)).slice(0, 1))[0]?.[0] ?? "all";
  const kind = words[0]!.flatMap((word) => kinds.filter(([, pattern]) => pattern.test(word)))[0]?.[0] ?? null;
  return { part, kind: kind ?? fused(levels[0]!) };
}

/** `trainx`, `xtrain`, `testy`: no sign between the words. */
function fused(name: string): ArrayRole["kind"] {
  const rest = name.replace(/train|test|val(?:id)?/, "");
  return rest === name ? null : (kinds.find(([, pattern]) => pattern.test(rest))?.[0] ?? null);
}

const largest = 2 ** 32 - 1; // bytes of a file, and of all that an archive holds

/** The arrays of a folder's `.npy` and `.npz` files. @throws DataError if an archive is damaged. */
export async function listArrays(folder: Folder, names: readonly string[]): Promise<readonly NamedArray[]> {
  const found: NamedArray[] = [];
  const read = async (name: string): Promise<Uint8Array> => {
    const size = await folder.size(name);
    if (size > largest)
      throw new DataError(`${folder.path}/${name}: has ${size} bytes; such a file has ${largest} at most`);
    return folder.read(name);
  };
  for (const name of names) {
    const path = `${folder.path}/${name}`;
    if (/\.npy$/i.test(name)) {
      found.push({ name, role: roleOf(name.slice(0, -4)), read: async () => decodeNpy(await read(name), path) });
    }
    if (!/\.npz$/i.test(name)) continue;
    for (const entry of readZip(await read(name), path, { largest })) {
      if (!/\.npy$/i.test(entry.path)) continue;
      const full = `${name.slice(0, -4)}/${entry.path.slice(0, -4)}`;
      const called = `${name}: ${printable(entry.path.slice(0, -4))}`;
      found.push({
        name: called,
        role: roleOf(full),
        read: async () => decodeNpy(await entry.read(), `${folder.path}/${called}`),
      });
    }
  }
  return found;
}

/** Images as bytes, channels last. @throws DataError for another type or shape. */
export function imagesOf({ shape, data }: NpyArray, name: string): Omit<Dataset, "labels" | "classes"> {
  const said = `${name}: is ${data.constructor.name.replace("Array", "").toLowerCase()} (${shape.join(", ")})`;
  if (!(data instanceof Uint8Array)) {
    throw new DataError(`${said}; expects images as uint8, 0 … 255`, [
      "of values 0 … 1: (255 * x).round().astype('uint8')",
    ]);
  }
  const isCount = (side: number | undefined): boolean => side === 1 || side === 3;
  const [count = 0, a = 0, b = 0, c = 0] = shape;
  const first = shape.length === 4 && !isCount(c) && isCount(a);
  if (shape.includes(0) || !(shape.length === 3 || (shape.length === 4 && (isCount(c) || first)))) {
    throw new DataError(`${said}; expects images (n, h, w), (n, h, w, c) or (n, c, h, w) with 1 or 3 channels`);
  }
  if (shape.length === 3) return { images: data, count, height: a, width: b, channels: 1 };
  if (!first) return { images: data, count, height: a, width: b, channels: c };
  return { images: channelsLast(data, count, a, b * c), count, height: b, width: c, channels: a };
}

function channelsLast(data: Uint8Array, count: number, channels: number, pixels: number): Uint8Array {
  const images = new Uint8Array(data.length);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (i * channels + channel) * pixels;
      const to = i * pixels * channels + channel;
      for (let pixel = 0; pixel < pixels; pixel++) images[to + pixel * channels] = data[from + pixel]!;
    }
  }
  return images;
}

const largestLabel = 65535;

/** Labels of any integer type. @throws DataError for another type, shape or range. */
export function labelsOf({ shape, data }: NpyArray, count: number, name: string): Int32Array {
  const said = `${name}: is ${data.constructor.name.replace("Array", "").toLowerCase()} (${shape.join(", ")})`;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    throw new DataError(`${said}; expects labels as integers`, ["one-hot rows: y.argmax(1)"]);
  }
  if (shape[0] !== count || shape.slice(1).some((side) => side !== 1)) {
    throw new DataError(`${said}; expects one label for each of ${count} images, (${count}) or (${count}, 1)`);
  }
  return Int32Array.from({ length: count }, (_, i) => {
    const label = Number(data[i]!);
    if (label >= 0 && label <= largestLabel) return label;
    throw new DataError(`${name}: label ${data[i]} of image ${i}; expects 0 … ${largestLabel}`);
  });
}
