import type { BoundBuffer, BufferRef } from "../graph/buffer-ref.ts";
import { isSameBuffer, refType } from "../graph/buffer-ref.ts";
import { storedType } from "./print-value.ts";
import type { SizeTable } from "./size-table.ts";

/** Collects the buffers of one kernel and prints their declarations. */
export interface Bindings {
  /** The kernel's numbers that follow from shapes. */
  readonly sizes: SizeTable;
  /** The WGSL name of a buffer, bound on first use. */
  name(ref: BufferRef, access: BoundBuffer["access"], vector: boolean): string;
  declarations(): string[];
  buffers(): BoundBuffer[];
}

/** @param first - number of the first buffer: those before belong to the file that the kernel is linked to. */
export function collectBindings(sizes: SizeTable, first = 0): Bindings {
  const entries: { ref: BufferRef; access: BoundBuffer["access"]; vector: boolean; type: string }[] = [];
  return {
    sizes,
    name(ref, access, vector) {
      const found = entries.findIndex(
        (entry) => isSameBuffer(entry.ref, ref) && (entry.vector === vector || entry.access === "update"),
      );
      if (found >= 0) return `b${first + found}`;
      entries.push({ ref, access, vector, type: storedType(refType(ref).dtype) });
      return `b${first + entries.length - 1}`;
    },
    declarations: () =>
      entries.map(({ access, vector, type }, i) => {
        const mode = access === "read" ? "read" : "read_write";
        return `@group(0) @binding(${first + i}) var<storage, ${mode}> b${first + i}: array<${vector ? `vec4<${type}>` : type}>;`;
      }),
    buffers: () => entries.map(({ ref, access }) => ({ ref, access })),
  };
}
