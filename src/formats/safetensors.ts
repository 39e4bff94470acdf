// The safetensors format: u64 length of the header (little endian), header as JSON
// { name: { dtype, shape, data_offsets: [begin, end] }, __metadata__: { key: text } }, then the values, little endian.
// Format: https://github.com/huggingface/safetensors (README, "Format").
import type { DType, NumericArray } from "../tensor/dtype.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Shape } from "../tensor/shape.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { FileType } from "./safetensors-dtypes.ts";
import { fileTypes } from "./safetensors-dtypes.ts";
import { metadataKey, parseHeader } from "./safetensors-header.ts";

/** Values on the host. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Row-major, of the array type that belongs to `dtype`: Float32Array for f32, Uint32Array for bool, … */
  readonly data: NumericArray;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** By name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Texts beside the arrays. */
  readonly metadata: Readonly<Record<string, string>>;
}

const alignment = 8; // of the first value; the header is padded with blanks
const headerLimit = 100_000_000; // the format's own

/**
 * Bytes of a safetensors file. f32, i32, u32, u8 and bool; every bit pattern survives, NaN payloads included.
 *
 * @throws DataError for f16 (cast it to f32 first), for values that do not fit their shape or dtype, and for the name
 * `__metadata__`, which the format keeps for itself.
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "deconfound/formats";
 *
 * const bytes = encodeSafetensors({
 *   tensors: new Map([["bias", { dtype: "f32", shape: [2], data: Float32Array.of(0, 1) }]]),
 *   metadata: { format: "pt" },
 * });
 * console.log(String(decodeSafetensors(bytes, "bias.safetensors").tensors.get("bias")?.shape)); // 2
 * ```
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  // wider elements first, so that each value is aligned
  const parts = [...tensors]
    .map(([name, tensor]) => encodeTensor(name, tensor))
    .sort((a, b) => b.type.bytes - a.type.bytes || (a.name < b.name ? -1 : 1));
  const header: Record<string, unknown> = Object.create(null); // so that an array may be called __proto__
  header[metadataKey] = metadata;
  let end = 0;
  for (const { name, type, shape, bytes } of parts) {
    header[name] = { dtype: type.name, shape, data_offsets: [end, end + bytes.length] };
    end += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / alignment) * alignment;
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(text, 8);
  let at = 8 + length;
  for (const { bytes } of parts) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

interface Part {
  readonly name: string;
  readonly type: FileType;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

function encodeTensor(name: string, { dtype, shape, data }: HostTensor): Part {
  const place = `safetensors: ${printable(name)}`;
  if (name === metadataKey) throw new DataError(`${place} is a name that the format keeps for itself`);
  const type = fileTypes.find((candidate) => candidate.writes === dtype);
  if (type === undefined) throw new DataError(`${place} is ${dtype}, which is not written; cast it to f32`);
  if (data.length !== sizeOf(shape)) {
    throw new DataError(`${place} has ${data.length} values for the shape ${formatShape(shape)}`);
  }
  return { name, type, shape, bytes: type.encode(data, place) };
}

/**
 * Reads a safetensors file. F64, F16 and BF16 become f32, I64, I16 and I8 become i32.
 *
 * @param bytes - any view: a Node Buffer, a part of a larger buffer. The arrays are copies.
 * @param source - what errors call the file.
 * @throws DataError if the header, an offset or a length is wrong, a type is unknown, or a byte of the values belongs to
 * no array or to two.
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "deconfound/formats";
 *
 * const bias = { dtype: "f32", shape: [2], data: Float32Array.of(0, 1) } as const;
 * const bytes = encodeSafetensors({ tensors: new Map([["bias", bias]]), metadata: { format: "pt" } });
 * const { tensors, metadata } = decodeSafetensors(bytes, "bias.safetensors");
 * console.log(String(tensors.get("bias")?.data), metadata["format"]); // 0,1 pt
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsFile {
  const { text, values } = splitHeader(bytes, source);
  const { entries, metadata } = parseHeader(text, values.length, source);
  const tensors = entries.map(({ name, type, shape, begin, end }) => {
    const part = values.slice(begin, end); // a copy, so aligned
    return [name, { dtype: type.reads, shape, data: type.decode(part, `${source}: ${printable(name)}`) }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

function splitHeader(given: Uint8Array, source: string): { text: string; values: Uint8Array } {
  const damaged = (what: string): DataError => new DataError(`${source}: not a safetensors file, ${what}`);
  if (!ArrayBuffer.isView(given)) throw new DataError(`${source}: decodeSafetensors expects a Uint8Array`);
  // of a Node Buffer, slice() would be a view of the pool that it lies in
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes are too few for its first field of 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > headerLimit || 8 + length > bytes.length) {
    throw damaged(`its header would take ${length} bytes of ${bytes.length - 8}`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.slice(8, 8 + length));
    return { text, values: bytes.subarray(8 + length) };
  } catch {
    throw damaged("its header is not a text in UTF-8");
  }
}
