import type { WrittenFile } from "../../src/data/dataset-format.ts";
import type { Folder } from "../../src/data/folder.ts";
import { comparePaths } from "../../src/data/folder.ts";
import { DataError } from "../../src/tensor/errors.ts";

/** A folder whose files are in memory. */
export function memoryFolder(files: ReadonlyMap<string, Uint8Array>): Folder {
  const find = (name: string): Uint8Array => {
    const file = files.get(name);
    if (file === undefined) throw new DataError(`memory/${name}: cannot be read, no such file`);
    return file;
  };
  return {
    path: "memory",
    list: async () => [...files.keys()].sort(comparePaths),
    size: async (name) => find(name).length,
    read: async (name, part) => {
      const file = find(name);
      const { from, to } = part ?? { from: 0, to: file.length };
      if (to > file.length) throw new DataError(`memory/${name}: ends after ${file.length} bytes`);
      return file.slice(from, to);
    },
  };
}

/** What a format wrote, by name. */
export async function collect(files: AsyncIterable<WrittenFile>): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for await (const { name, content } of files) {
    if (found.has(name)) throw new Error(`${name} is written twice`);
    found.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  return found;
}
