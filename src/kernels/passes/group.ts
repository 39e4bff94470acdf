import { elementsPerWord } from "../../tensor/dtype.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import { literalValue } from "../graph/literal.ts";
import { resolve } from "../graph/resolve.ts";
import { roleOf } from "../graph/role.ts";
import { reaches } from "./reaches.ts";
import type { Cut } from "./regions.ts";
import { buffersOf, largestExpression } from "./regions.ts";

/**
 * Nodes that one kernel computes. A `family` kernel's first root is its node, a `reduce` kernel's first ones are the reductions; others
 * are elementwise values of its epilogue.
 */
export interface Kernel {
  readonly kind: "elementwise" | "reduce" | "family";
  readonly roots: Node[];
  /** Materialised nodes that it loads, leaves included. */
  readonly reads: Set<Node>;
  /** Kernels that must run before, beyond those that make its reads: readers of a buffer that it overwrites. */
  readonly after: Set<Kernel>;
}

export const maxRoots = 4; // outputs a kernel: more live registers than this cost what the shared loads save

/** Makes kernels of a cut: roots that share loads are fused where no other kernel must run between them. */
export function groupKernels(cut: Cut, maxBindings: number): Kernel[] {
  const kernels: Kernel[] = [];
  const kernelOf = new Map<Node, Kernel>();
  const readers = new Map<Node, Kernel[]>();
  const waitsFor = new Map<Kernel, Set<Kernel>>(); // makers of what a kernel reads
  for (const node of cut.order) {
    const role = roleOf(node);
    if (role === "leaf" || !cut.materialised.has(node)) continue;
    const reads = readsOf(node, cut);
    const kind = role === "inline" ? "elementwise" : role === "reduce" ? "reduce" : "family";
    const joined =
      kind === "family"
        ? undefined
        : candidates(node, kind, reads, readers, kernelOf).find((k) =>
            mayJoin(k, node, reads, maxBindings, kernelOf, waitsFor, cut.calls),
          );
    const kernel: Kernel = joined ?? { kind, roots: [], reads: new Set(), after: new Set() };
    if (joined === undefined) {
      kernels.push(kernel);
      waitsFor.set(kernel, new Set());
    }
    kernel.roots.push(node);
    kernelOf.set(node, kernel);
    for (const read of reads) {
      const maker = kernelOf.get(read);
      if (maker === kernel) continue; // computed in the same registers
      if (maker !== undefined) waitsFor.get(kernel)!.add(maker);
      if (!kernel.reads.has(read)) readers.set(read, [...(readers.get(read) ?? []), kernel]);
      kernel.reads.add(read);
    }
  }
  return kernels;
}

/** Materialised nodes below a root. */
export function readsOf(root: Node, cut: Cut): Set<Node> {
  const reads = new Set<Node>();
  const seen = new Set<Node>();
  const stack = roleOf(root) === "kernel" ? root.inputs.flatMap(resolveWithWaits) : [...root.inputs];
  while (stack.length > 0) {
    const tensor = stack.pop()!;
    if (seen.has(tensor.node) || (literalValue(tensor) !== null && !cut.materialised.has(tensor.node))) continue;
    seen.add(tensor.node);
    if (cut.materialised.has(tensor.node)) reads.add(tensor.node);
    else stack.push(...tensor.node.inputs);
  }
  return reads;
}

/** The tensor whose buffer is read, and what a barrier on the way waits for. */
function resolveWithWaits(tensor: AnyTensor): AnyTensor[] {
  const found = [resolve(tensor)];
  for (let at = tensor; at.node !== found[0]!.node; at = at.node.inputs[0]!) found.push(...at.node.inputs.slice(1));
  return found;
}

/** Kernels of the same kind and iteration space that make or read what `node` reads at full size, nearest first. */
function candidates(
  node: Node,
  kind: "elementwise" | "reduce",
  reads: ReadonlySet<Node>,
  readers: ReadonlyMap<Node, readonly Kernel[]>,
  kernelOf: ReadonlyMap<Node, Kernel>,
): Kernel[] {
  const shape = iterationShape(node);
  const found = new Set<Kernel>();
  for (const read of reads) {
    if (!sameShape(outputOf(read, 0).shape, shape)) continue;
    const maker = kernelOf.get(read);
    if (maker !== undefined) found.add(maker);
    for (const reader of readers.get(read) ?? []) found.add(reader);
  }
  return [...found]
    .filter((k) => k.kind === kind && k.roots.length < maxRoots && sameShape(iterationShape(k.roots[0]!), shape))
    .filter((k) => isPacked(k.roots[0]!) === isPacked(node)) // packed outputs go by words
    .filter((k) => kind === "elementwise" || JSON.stringify(k.roots[0]!.params) === JSON.stringify(node.params))
    .reverse();
}

const isPacked = (node: Node): boolean => elementsPerWord(node.outputs[0]!.dtype) > 1;

function iterationShape(node: Node): readonly number[] {
  return roleOf(node) === "reduce" ? node.inputs[0]!.shape : node.outputs[0]!.shape;
}

/** True if computing `node` in `kernel` binds few enough buffers and waits for no kernel that waits for `kernel`. */
function mayJoin(
  kernel: Kernel,
  node: Node,
  reads: ReadonlySet<Node>,
  maxBindings: number,
  kernelOf: ReadonlyMap<Node, Kernel>,
  waitsFor: ReadonlyMap<Kernel, ReadonlySet<Kernel>>,
  calls: ReadonlyMap<Node, number>,
): boolean {
  const length = [...kernel.roots, node].reduce((total, root) => total + (calls.get(root) ?? 0), 0);
  if (length > largestExpression) return false;
  const makesRead = [...reads].some((read) => kernelOf.get(read) === kernel);
  if (kernel.kind === "reduce" && makesRead) return false; // a reduction's result is not there inside its own loop
  const bound = new Set([...kernel.reads, ...reads].filter((read) => kernelOf.get(read) !== kernel));
  if (buffersOf(bound) + kernel.roots.length + 1 > maxBindings) return false;
  return [...reads].every((read) => {
    const maker = kernelOf.get(read);
    return maker === undefined || maker === kernel || !reaches(maker, kernel, (k) => waitsFor.get(k)!);
  });
}
