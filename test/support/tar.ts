/** A ustar archive. @param files - path, content, and the kind of the entry: a file unless something else is said. */
export function tarOf(files: readonly (readonly [path: string, bytes: Uint8Array, kind?: string])[]): Uint8Array {
  const parts = files.flatMap(([path, bytes, kind = "0"]) => {
    const header = new Uint8Array(512);
    const put = (at: number, value: string): void => header.set(new TextEncoder().encode(value), at);
    put(0, path);
    put(100, "0000644\0");
    put(124, `${bytes.length.toString(8).padStart(11, "0")}\0`);
    put(148, " ".repeat(8));
    put(156, kind);
    put(257, "ustar\x0000");
    put(
      148,
      `${header
        .reduce((a, b) => a + b)
        .toString(8)
        .padStart(6, "0")}\0 `,
    );
    return [header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)];
  });
  return Uint8Array.from([...parts, new Uint8Array(1024)].flatMap((part) => [...part]));
}
