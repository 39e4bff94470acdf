import type { DType, NumericArray } from "../tensor/dtype.ts";
import { DataError } from "../tensor/errors.ts";
import { fromHalf } from "../tensor/half.ts";
import { fromBfloat } from "./bfloat.ts";

/** One element type of the file format. Typed arrays are little endian on every machine that runs Node. */
export interface FileType {
  readonly name: string;
  readonly bytes: 1 | 2 | 4 | 8;
  /** Our type after reading. */
  readonly reads: DType;
  /** Our type that is written as this one. */
  readonly writes?: DType;
  /** `bytes` is a copy of its own, so it is aligned. */
  decode(bytes: Uint8Array, place: string): NumericArray;
  encode(data: NumericArray, place: string): Uint8Array;
}

/** Writes the array's own bytes, which mean the right numbers in its own type only. */
function bytesOf(kind: { new (length: number): NumericArray; readonly name: string }): FileType["encode"] {
  return (data, place) => {
    if (data instanceof kind) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    throw new DataError(`${place} has its values in a ${data.constructor.name}, expects a ${kind.name}`);
  };
}

function neverWritten(): never {
  throw new DataError("safetensors: this type is only read");
}

function narrow(bytes: Uint8Array, place: string): Int32Array {
  return Int32Array.from(new BigInt64Array(bytes.buffer), (wide) => {
    if (BigInt.asIntN(32, wide) !== wide) throw new DataError(`${place} holds ${wide}, which does not fit in i32`);
    return Number(wide);
  });
}

export const fileTypes: readonly FileType[] = [
  {
    name: "F32",
    bytes: 4,
    reads: "f32",
    writes: "f32",
    decode: (b) => new Float32Array(b.buffer),
    encode: bytesOf(Float32Array),
  },
  {
    name: "I32",
    bytes: 4,
    reads: "i32",
    writes: "i32",
    decode: (b) => new Int32Array(b.buffer),
    encode: bytesOf(Int32Array),
  },
  {
    name: "U32",
    bytes: 4,
    reads: "u32",
    writes: "u32",
    decode: (b) => new Uint32Array(b.buffer),
    encode: bytesOf(Uint32Array),
  },
  { name: "U8", bytes: 1, reads: "u8", writes: "u8", decode: (b) => b, encode: bytesOf(Uint8Array) },
  {
    name: "BOOL",
    bytes: 1,
    reads: "bool",
    writes: "bool",
    decode: (b) => Uint32Array.from(b, (value) => Number(value !== 0)),
    encode: (data) => Uint8Array.from(data, (value) => Number(value !== 0)),
  },
  {
    name: "F64",
    bytes: 8,
    reads: "f32",
    decode: (b) => Float32Array.from(new Float64Array(b.buffer)),
    encode: neverWritten,
  },
  {
    name: "F16",
    bytes: 2,
    reads: "f32",
    decode: (b) => Float32Array.from(new Uint16Array(b.buffer), fromHalf),
    encode: neverWritten,
  },
  {
    name: "BF16",
    bytes: 2,
    reads: "f32",
    decode: (b) => Float32Array.from(new Uint16Array(b.buffer), fromBfloat),
    encode: neverWritten,
  },
  { name: "I64", bytes: 8, reads: "i32", decode: narrow, encode: neverWritten },
  {
    name: "I16",
    bytes: 2,
    reads: "i32",
    decode: (b) => Int32Array.from(new Int16Array(b.buffer)),
    encode: neverWritten,
  },
  {
    name: "I8",
    bytes: 1,
    reads: "i32",
    decode: (b) => Int32Array.from(new Int8Array(b.buffer)),
    encode: neverWritten,
  },
];
