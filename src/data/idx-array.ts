import { DataError } from "../tensor/errors.ts";

/** What the header of an IDX file says. */
export interface IdxHeader {
  /** One size per axis. */
  readonly shape: readonly number[];
  /** Of a value: 1, 2 or 4 bytes, the highest first. */
  readonly bytes: number;
  readonly signed: boolean;
  /** Where the values begin. */
  readonly start: number;
}

/** Of the third byte: bytes and sign of a value. */
const types: Readonly<Record<number, readonly [bytes: number, signed: boolean]>> = {
  8: [1, false],
  9: [1, true],
  11: [2, true],
  12: [4, true],
};
const mostAxes = 4;
const mostBytes = 2 ** 32 - 1;

/** Bytes of the longest header that is read. */
export const longestIdxHeader: number = 4 + 4 * mostAxes;

/**
 * The header of an IDX file, the format of MNIST: two zero bytes, the type, the number of axes, and each size as four bytes.
 *
 * Source: http://yann.lecun.com/exdb/mnist/
 * @param bytes - the beginning of the file.
 * @throws DataError for another file, a type that is not an integer, or sizes out of range.
 */
export function readIdxHeader(bytes: Uint8Array, name: string): IdxHeader {
  const [first, second, code, axes] = bytes;
  const type = types[code ?? 0];
  if (first !== 0 || second !== 0 || type === undefined || axes === undefined || axes < 1 || axes > mostAxes) {
    throw new DataError(`${name}: is not an IDX file of whole numbers with 1 to ${mostAxes} axes`);
  }
  const start = 4 + 4 * axes;
  if (bytes.length < start)
    throw new DataError(`${name}: ends within its header, after ${bytes.length} of ${start} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: axes }, (_, at) => view.getUint32(4 + 4 * at));
  const size = shape.reduce((product, side) => product * side, type[0]);
  if (size < 1 || size > mostBytes) {
    throw new DataError(`${name}: its header says ${shape.join("×")} values`, [
      `expects 1 … ${mostBytes} bytes of them`,
    ]);
  }
  return { shape, bytes: type[0], signed: type[1], start };
}

/** Bytes that the whole file has. */
export function idxFileSize({ shape, bytes, start }: IdxHeader): number {
  return start + bytes * shape.reduce((product, side) => product * side, 1);
}

/** @throws DataError unless the file has as many bytes as its header says. */
export function checkIdxSize(size: number, header: IdxHeader, name: string): void {
  const wanted = idxFileSize(header);
  if (size !== wanted) {
    throw new DataError(`${name}: has ${size} bytes; its header, ${header.shape.join("×")}, needs ${wanted}`);
  }
}

/** Labels of a file with one axis. */
export function idxLabels(file: Uint8Array, name: string): Int32Array {
  const header = readIdxHeader(file, name);
  checkIdxSize(file.length, header, name);
  if (header.shape.length !== 1)
    throw new DataError(`${name}: has ${header.shape.length} axes; expects labels, with one`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const { bytes, signed, start } = header;
  return Int32Array.from({ length: header.shape[0]! }, (_, i) => {
    const at = start + i * bytes;
    if (bytes === 1) return signed ? view.getInt8(at) : view.getUint8(at);
    return bytes === 2 ? view.getInt16(at) : view.getInt32(at);
  });
}

/** A file of values, which are bytes already. @param type - 8 for u8, 12 for i32 with the highest byte first. */
export function encodeIdx(values: Uint8Array, shape: readonly number[], type: 8 | 12 = 8): Uint8Array {
  const start = 4 + 4 * shape.length;
  const file = new Uint8Array(start + values.length);
  file.set([0, 0, type, shape.length]);
  const view = new DataView(file.buffer);
  for (const [at, side] of shape.entries()) view.setUint32(4 + 4 * at, side);
  file.set(values, start);
  return file;
}
