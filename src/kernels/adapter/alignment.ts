/** Bytes. A binding may begin at multiples of it on every WebGPU device: the default of minStorageBufferOffsetAlignment. */
const bindingAlignment = 256;

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
