import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { joined } from "./compression.ts";

/** The values of an array. NumPy's 64-bit integers stay exact; its booleans are bytes 0 and 1. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** An array of a `.npy` file, in C order: the last axis runs fastest. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

/** By NumPy's letter and size. */
const kinds: Readonly<Record<string, (bytes: ArrayBuffer) => NpyData>> = {
  u1: (bytes) => new Uint8Array(bytes),
  b1: (bytes) => new Uint8Array(bytes),
  i1: (bytes) => new Int8Array(bytes),
  u2: (bytes) => new Uint16Array(bytes),
  i2: (bytes) => new Int16Array(bytes),
  u4: (bytes) => new Uint32Array(bytes),
  i4: (bytes) => new Int32Array(bytes),
  u8: (bytes) => new BigUint64Array(bytes),
  i8: (bytes) => new BigInt64Array(bytes),
  f4: (bytes) => new Float32Array(bytes),
  f8: (bytes) => new Float64Array(bytes),
};

interface Header {
  readonly kind: string;
  readonly bytes: number;
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

const longestHeader = 2 ** 20; // bytes
const mostBytes = 2 ** 32 - 1;

function readHeader(bytes: Uint8Array, name: string): Header {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
  if (magic.some((byte, at) => bytes[at] !== byte)) throw new DataError(`${name}: is not a .npy file`);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw new DataError(`${name}: is of .npy version ${version}; expects 1, 2 or 3`);
  const lengthBytes = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthBytes) throw new DataError(`${name}: ends within its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthBytes + length;
  if (length > longestHeader || start > bytes.length) throw new DataError(`${name}: ends within its header`);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(8 + lengthBytes, start));
  const wrong = new DataError(`${name}: its header is not that of an array: ${printable(text.trim(), 120)}`);
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === null || fortran === undefined || shape === undefined) throw wrong;
  const [, order = "", kind = ""] = /^([<>|=]?)([a-zA-Z]\d*)$/.exec(descr[1] ?? "") ?? [];
  if (kinds[kind] === undefined) {
    throw new DataError(`${name}: its values are of NumPy's type ${printable(descr[1] ?? "of several fields")}`, [
      "expects integers, booleans, float32 or float64",
    ]);
  }
  const sides = shape
    .split(",")
    .map((side) => side.trim().replace(/L$/, ""))
    .filter((side) => side !== "");
  if (sides.some((side) => !/^\d{1,15}$/.test(side))) throw wrong;
  const sizes = sides.map(Number);
  return { kind, bytes: Number(kind[1]), bigEndian: order === ">", fortran: fortran === "True", shape: sizes, start };
}

/**
 * Decodes a `.npy` file: versions 1 to 3, either byte order, C or Fortran order.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @param name - what errors call the file.
 * @throws DataError for another file, a type without numbers, or a size other than the header's.
 * @example
 * ```ts
 * import { decodeNpy, encodeNpy } from "deconfound/formats";
 *
 * const file = encodeNpy({ shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) });
 * const { shape, data } = decodeNpy(file, "labels.npy");
 * console.log(String(shape), String(data)); // 2,2 1,2,3,4
 * ```
 */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  const { kind, bytes: width, bigEndian, fortran, shape, start } = readHeader(bytes, name);
  const count = shape.reduce((product, side) => product * side, 1);
  if (count * width > mostBytes || bytes.length - start !== count * width) {
    throw new DataError(
      `${name}: holds ${bytes.length - start} bytes of values; its header, (${shape.join(", ")}) of ${width} bytes each, needs ${count * width}`,
    );
  }
  const values = bytes.slice(start); // from the start of a buffer of its own, as wide values need
  if (bigEndian && width > 1) swapBytes(values, width);
  const inOrder = fortran && shape.length > 1 ? toRows(values, shape, width) : values;
  return { shape, data: kinds[kind]!(inOrder.buffer as ArrayBuffer) };
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** From the first axis fastest to the last axis fastest. */
function toRows(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const strides: number[] = []; // of Fortran order, in values
  shape.reduce((stride, side) => {
    strides.push(stride);
    return stride * side;
  }, 1);
  const ordered = new Uint8Array(bytes.length);
  const at = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < bytes.length; to += width) {
    for (let k = 0; k < width; k++) ordered[to + k] = bytes[from * width + k]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return ordered;
}

const letters = new Map<string, string>([
  ["Uint8Array", "|u1"],
  ["Int8Array", "|i1"],
  ["Uint16Array", "<u2"],
  ["Int16Array", "<i2"],
  ["Uint32Array", "<u4"],
  ["Int32Array", "<i4"],
  ["BigUint64Array", "<u8"],
  ["BigInt64Array", "<i8"],
  ["Float32Array", "<f4"],
  ["Float64Array", "<f8"],
]);

/**
 * A `.npy` file of version 1, C order, lowest byte first.
 *
 * @throws DataError if the values are not as many as the shape says.
 * @example
 * ```ts
 * import { encodeNpy } from "deconfound/formats";
 *
 * console.log(encodeNpy({ shape: [3], data: Uint8Array.of(1, 2, 3) }).length); // 131
 * ```
 */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array {
  const count = shape.reduce((product, side) => product * side, 1);
  if (count !== data.length)
    throw new DataError(`encodeNpy: ${data.length} values for the shape (${shape.join(", ")})`);
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const descr = letters.get(data.constructor.name)!;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10; // so that the values begin at a multiple of 64 bytes
  const header = new TextEncoder().encode(`\0NUMPY\x01\0\0\0${text.padEnd(length - 1)}\n`);
  header[0] = 0x93;
  new DataView(header.buffer).setUint16(8, length, true);
  return joined([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}
