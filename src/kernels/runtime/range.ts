/** A range of a buffer, with the buffer's own number. */
export interface Range {
  readonly buffer: GPUBuffer;
  /** Pooled buffers count up from 0; a plan's own are negative. */
  readonly id: number;
  readonly offset: number;
}

/** WebGPU's default minStorageBufferOffsetAlignment, bytes. */
export const bindingAlignment = 256;

/** The next offset at which a binding may begin. */
export function alignOffset(bytes: number): number {
  return Math.ceil(bytes / bindingAlignment) * bindingAlignment;
}

/** Lays ranges one after another: where each begins, and how many bytes they take together. */
export function layOut(sizes: readonly number[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  let bytes = 0;
  const offsets = sizes.map((size) => {
    const offset = bytes;
    bytes = alignOffset(offset + size);
    return offset;
  });
  return { offsets, bytes };
}

/** Smaller ranges share a buffer, bytes. */
export const sharedBytes: number = 1 << 16;
