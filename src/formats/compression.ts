import { DataError } from "../tensor/errors.ts";

/** `deflate` is with zlib's frame, `deflate-raw` without any. */
export type Compression = "gzip" | "deflate" | "deflate-raw";

/** Compresses bytes by the platform's `CompressionStream`. */
export async function compress(bytes: Uint8Array, form: Compression): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of streamed(bytes, new CompressionStream(form))) parts.push(part);
  return joined(parts);
}

/**
 * Decompresses bytes by the platform's `DecompressionStream`, and stops as soon as there is too much: a file of a few kilobytes can
 * claim gigabytes.
 *
 * @param most - bytes that the content may have.
 * @param name - what errors call the file.
 * @throws DataError if the content is larger, or the bytes are damaged or end early.
 */
export async function decompress(
  bytes: Uint8Array,
  form: Compression,
  most: number,
  name: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of decompressed(bytes, form, name)) {
    parts.push(part);
    size += part.length;
    if (size > most) throw new DataError(`${name}: unpacks to more than the ${most} bytes that it can have`);
  }
  return joined(parts);
}

/**
 * The first bytes of what a compressed file holds, fewer if it holds fewer.
 *
 * @throws DataError if the file is damaged before them.
 */
export async function decompressHead(
  bytes: Uint8Array,
  form: Compression,
  count: number,
  name: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of decompressed(bytes, form, name)) {
    parts.push(part);
    size += part.length;
    if (size >= count) break;
  }
  return joined(parts).subarray(0, count);
}

/**
 * The content of a compressed file, part by part.
 *
 * @throws DataError if the bytes are damaged or end early.
 */
export async function* decompressed(bytes: Uint8Array, form: Compression, name: string): AsyncGenerator<Uint8Array> {
  const parts = streamed(bytes, new DecompressionStream(form));
  for (;;) {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await parts.next();
    } catch {
      throw new DataError(`${name}: its compressed bytes are damaged or end early`);
    }
    if (next.done === true) return;
    yield next.value;
  }
}

const piece = 2 ** 22; // bytes that a stream is given at once

async function* streamed(
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + piece));
      at += piece;
    },
  });
  const reader = source.pipeThrough(transform).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as Uint8Array;
    }
  } finally {
    await reader.cancel().catch(() => {}); // it has failed already, or has ended
  }
}

/** Parts one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
