import type { Site } from "./site.ts";
import { captureSite } from "./site.ts";
import type { Storage } from "./tensor.ts";
import { flattenTree } from "./tree.ts";

/** A device's memory, as far as scopes go. */
export interface ScopedHeap {
  openScope(): void;
  /** Releases what was made since the scope opened; what is kept belongs to the scope around it. */
  closeScope(kept: ReadonlySet<Storage>, site: Site): void;
}

/** `device.scope`: frees what `body` made, but for what it returns. */
export async function scoped<T>(heap: ScopedHeap, body: () => Promise<T>): Promise<T> {
  const site = captureSite();
  heap.openScope();
  const kept = new Set<Storage>();
  try {
    const result = await body();
    for (const { node } of flattenTree(result)) if (node.source?.kind === "device") kept.add(node.source.storage);
    return result;
  } finally {
    heap.closeScope(kept, site);
  }
}
