// The safetensors format: u64 length of the header (little endian), header as JSON
// { name: { dtype, shape, data_offsets: [begin, end] }, __metadata__: { key: text } }, then the values, little endian.
// Format: https://github.com/huggingface/safetensors (README, "Format").
import type { DType, NumericArray } from "../tensor/dtype.ts";
import { DataError } from "../tensor/errors.ts";
import type { Shape } from "../tensor/shape.ts";
import { sizeOf } from "../tensor/shape.ts";
import { fileTypes } from "./safetensors-dtypes.ts";

/** Values on the host. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: NumericArray;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const alignment = 8; // of the first value; the header is padded with blanks
const headerLimit = 100_000_000; // the format's own

/**
 * Bytes of a safetensors file. f32, i32, u32, u8 and bool; every bit pattern survives, NaN payloads included.
 *
 * @throws DataError for f16: cast it to f32 first.
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let end = 0;
  // wider elements first, so that each value is aligned
  const names = [...tensors.keys()].sort(
    (a, b) => widthOf(tensors.get(b)!) - widthOf(tensors.get(a)!) || (a < b ? -1 : 1),
  );
  for (const name of names) {
    const { dtype, shape, data } = tensors.get(name)!;
    const type = fileTypes.find((candidate) => candidate.writes === dtype);
    if (type === undefined)
      throw new DataError(`safetensors: ${name} is ${dtype}, which is not written; cast it to f32`);
    const part = type.encode(data);
    header[name] = { dtype: type.name, shape, data_offsets: [end, end + part.length] };
    parts.push(part);
    end += part.length;
  }
  const text = JSON.stringify(header);
  const length = Math.ceil(new TextEncoder().encode(text).length / alignment) * alignment;
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  new TextEncoder().encodeInto(text, bytes.subarray(8));
  let at = 8 + length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function widthOf(tensor: HostTensor): number {
  return fileTypes.find((type) => type.writes === tensor.dtype)?.bytes ?? 0;
}

/**
 * Reads a safetensors file. F64, F16 and BF16 become f32, I64, I16 and I8 become i32.
 *
 * @param source - what errors call the file.
 * @throws DataError if the header, an offset or a length is wrong, or a type is unknown.
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsFile {
  const { header, values } = splitHeader(bytes, source);
  const tensors = new Map<string, HostTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  let filled = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = entry as Record<string, string>;
      continue;
    }
    const { tensor, length } = decodeEntry(values, entry, `${source}: ${name}`);
    tensors.set(name, tensor);
    filled += length;
  }
  if (filled !== values.length) {
    throw new DataError(`${source}: damaged, ${values.length} bytes of values where the header names ${filled}`);
  }
  return { tensors, metadata };
}

function splitHeader(bytes: Uint8Array, source: string): { header: Record<string, unknown>; values: Uint8Array } {
  const damaged = (what: string): DataError => new DataError(`${source}: not a safetensors file, ${what}`);
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes are too few for its first field of 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > headerLimit || 8 + length > bytes.length) {
    throw damaged(`its header would take ${length} bytes of ${bytes.length - 8}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw damaged("its header is no JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) throw damaged("its header is no object");
  return { header: header as Record<string, unknown>, values: bytes.subarray(8 + length) };
}

function decodeEntry(values: Uint8Array, entry: unknown, place: string): { tensor: HostTensor; length: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const type = fileTypes.find((candidate) => candidate.name === dtype);
  if (type === undefined) throw new DataError(`${place} has type ${String(dtype)}, which is not read`);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new DataError(`${place} has no valid shape and data_offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const length = sizeOf(shape) * type.bytes;
  if (end > values.length || end - begin !== length) {
    throw new DataError(`${place} needs ${length} bytes, has ${begin} to ${end} of ${values.length}`);
  }
  const part = values.slice(begin, end); // a copy, so aligned
  return { tensor: { dtype: type.reads, shape: [...shape], data: type.decode(part, place) }, length };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
