import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import type { Kernel } from "./group.ts";
import { readsOf } from "./group.ts";
import { reaches } from "./reaches.ts";
import type { Cut } from "./regions.ts";
import { roleOf } from "./regions.ts";

/** Kernels in an order in which each runs after those that it needs; otherwise the program's own order. */
export function schedule(kernels: readonly Kernel[]): Kernel[] {
  const makers = makersOf(kernels);
  const done = new Set<Kernel>();
  const open = new Set<Kernel>();
  const ordered: Kernel[] = [];
  for (const first of kernels) {
    const stack = [first];
    while (stack.length > 0) {
      const kernel = stack[stack.length - 1]!;
      const missing = neededBy(kernel, makers).filter((needed) => !done.has(needed));
      if (missing.length === 0 || open.has(kernel)) {
        stack.pop();
        if (!done.has(kernel)) ordered.push(kernel);
        done.add(kernel);
      } else {
        open.add(kernel);
        stack.push(...missing.reverse());
      }
    }
  }
  return ordered;
}

export function makersOf(kernels: readonly Kernel[]): Map<Node, Kernel> {
  return new Map(kernels.flatMap((kernel) => kernel.roots.map((root) => [root, kernel] as const)));
}

/** Kernels that must have run before: makers of what it reads, and those that it waits for. */
export function neededBy(kernel: Kernel, makers: ReadonlyMap<Node, Kernel>): Kernel[] {
  const needed = new Set<Kernel>(kernel.after);
  for (const read of kernel.reads) {
    const maker = makers.get(read);
    if (maker !== undefined && maker !== kernel) needed.add(maker);
  }
  return [...needed];
}

/**
 * Orders every other reader of a donated input before the kernel that overwrites it.
 *
 * @returns false, with nothing changed, where a reader needs that kernel's result: the new value must then be copied in later.
 */
export function overwriteAfterReaders(kernels: readonly Kernel[], root: Node, over: AnyTensor, cut: Cut): boolean {
  const makers = makersOf(kernels);
  const writer = makers.get(root);
  if (writer === undefined || roleOf(root) !== "inline") return false;
  // what the kernel's own op or reductions read is read at other elements than the epilogue writes
  const operands = writer.roots.filter((other) => roleOf(other) !== "inline");
  if (operands.some((other) => readsOf(other, cut).has(over.node))) return false;
  const readers = kernels.filter((kernel) => kernel !== writer && kernel.reads.has(over.node));
  if (readers.some((reader) => reaches(reader, writer, (kernel) => neededBy(kernel, makers)))) return false;
  for (const reader of readers) writer.after.add(reader);
  return true;
}
