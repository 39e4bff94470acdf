import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { isPackedUpdate } from "../codegen/packed-update.ts";
import { roleOf } from "../graph/role.ts";
import type { Kernel } from "./group.ts";
import { readsOf } from "./group.ts";
import { reaches } from "./reaches.ts";
import type { Cut } from "./regions.ts";

/**
 * Kernels in an order in which each runs after those that it needs. It is the program's own order, with one
 * exception: a kernel that frees at least as much memory as it needs runs as soon as it can, the one that frees most first. So a
 * weight's gradient, which is the last reader of an activation, does not wait for the end of the backward pass.
 *
 * @param bytesOf - memory that the plan reserves for a kernel's root; 0 for one that is written over a donated input.
 * @param kept - nodes whose memory is never given back: results.
 */
export function schedule(
  kernels: readonly Kernel[],
  bytesOf: (node: Node) => number,
  kept: ReadonlySet<Node>,
): Kernel[] {
  const makers = makersOf(kernels);
  const needs = new Map(kernels.map((kernel) => [kernel, neededBy(kernel, makers)] as const));
  const readersLeft = new Map<Node, number>();
  for (const { reads } of kernels) for (const read of reads) readersLeft.set(read, (readersLeft.get(read) ?? 0) + 1);
  const gain = (kernel: Kernel): number => {
    const last = [...kernel.reads].filter((read) => readersLeft.get(read) === 1 && makers.has(read) && !kept.has(read));
    const bytes = (nodes: readonly Node[]): number => nodes.reduce((total, node) => total + bytesOf(node), 0);
    return bytes(last) - bytes(kernel.roots);
  };
  const waiting = inProgramOrder(kernels, needs);
  const done = new Set<Kernel>();
  const ordered: Kernel[] = [];
  while (waiting.size > 0) {
    let next = waiting.values().next().value!; // all that it needs is done: the order is a program's
    let most = -1; // a kernel that frees less than it needs waits for its place in the program
    for (const kernel of waiting) {
      if (!needs.get(kernel)!.every((needed) => done.has(needed))) continue;
      const gained = gain(kernel);
      if (gained > most) [next, most] = [kernel, gained];
    }
    waiting.delete(next);
    done.add(next);
    ordered.push(next);
    for (const read of next.reads) readersLeft.set(read, readersLeft.get(read)! - 1);
  }
  return ordered;
}

/** Each kernel after those that it needs, otherwise as they come. */
function inProgramOrder(kernels: readonly Kernel[], needs: ReadonlyMap<Kernel, readonly Kernel[]>): Set<Kernel> {
  const ordered = new Set<Kernel>();
  const open = new Set<Kernel>();
  for (const first of kernels) {
    const stack = [first];
    while (stack.length > 0) {
      const kernel = stack[stack.length - 1]!;
      const missing = needs.get(kernel)!.filter((needed) => !ordered.has(needed));
      if (missing.length === 0 || open.has(kernel)) {
        stack.pop();
        ordered.add(kernel);
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
  if (writer === undefined || (roleOf(root) !== "inline" && !isPackedUpdate(root))) return false;
  // what the kernel's own op or reductions read is read at other elements than the epilogue writes
  const operands = writer.roots.filter((other) => roleOf(other) !== "inline" && !isPackedUpdate(other));
  if (operands.some((other) => readsOf(other, cut).has(over.node))) return false;
  const readers = kernels.filter((kernel) => kernel !== writer && kernel.reads.has(over.node));
  if (readers.some((reader) => reaches(reader, writer, (kernel) => neededBy(kernel, makers)))) return false;
  for (const reader of readers) writer.after.add(reader);
  return true;
}
