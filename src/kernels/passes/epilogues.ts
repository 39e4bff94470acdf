import { elementsPerWord } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { PlanLimits } from "../adapter/plan-limits.ts";
import { readsInPlace } from "../codegen/print-roots.ts";
import { buffersBesideResults, mayHaveEpilogue } from "../families/family-step.ts";
import { roleOf } from "../graph/role.ts";
import type { Kernel } from "./group.ts";
import { maxRoots } from "./group.ts";
import { reaches } from "./reaches.ts";
import type { Cut } from "./regions.ts";
import { buffersOf, largestExpression } from "./regions.ts";
import { makersOf, neededBy } from "./schedule.ts";

const longestEpilogue = 16; // scalar calls in a family's kernel: GPUs' compilers repeat the body for each of a tile's results

/**
 * Moves elementwise kernels into the kernel that makes what they read, where each element needs only its own element of that
 * result: it is then still in a register. Bias, residual, mask and scale cost no pass of their own, nor does what follows a sum.
 */
export function absorbEpilogues(kernels: readonly Kernel[], cut: Cut, limits: PlanLimits): Kernel[] {
  const makers = makersOf(kernels);
  const place = new Map(kernels.map((kernel, i) => [kernel, i]));
  const absorbed = new Set<Kernel>();
  const loaded = new Map<Kernel, Set<Node>>(); // what a host's epilogue reads beyond its result
  const loadsWith = (host: Kernel, kernel: Kernel): Set<Node> =>
    new Set([...(loaded.get(host) ?? []), ...[...kernel.reads].filter((read) => makers.get(read) !== host)]);
  for (const kernel of kernels) {
    if (kernel.kind !== "elementwise") continue;
    const hosts = [...kernel.reads]
      .flatMap((read) => makers.get(read) ?? [])
      .filter((host) => fits(host, kernel, cut) && isIndependent(host, kernel, makers))
      .filter((host) => bound(host, kernel, loadsWith(host, kernel), limits.adapter) <= limits.maxBindings)
      .sort((a, b) => place.get(b)! - place.get(a)!);
    const host = hosts[0];
    if (host === undefined) continue;
    const loads = loadsWith(host, kernel);
    loaded.set(host, loads);
    for (const load of loads) host.reads.add(load);
    host.roots.push(...kernel.roots);
    for (const root of kernel.roots) makers.set(root, host);
    absorbed.add(kernel);
  }
  return kernels.filter((kernel) => !absorbed.has(kernel));
}

/** Buffers that the host binds with a kernel's work: its operands, its results, and the epilogue's own. */
function bound(host: Kernel, kernel: Kernel, loads: ReadonlySet<Node>, adapter: AdapterFacts): number {
  const maker = host.roots[0]!;
  const operands =
    host.kind === "reduce"
      ? buffersOf(new Set([...host.reads, ...loads]))
      : buffersBesideResults(maker, adapter) + buffersOf(loads);
  return operands + maker.outputs.length - 1 + host.roots.length + kernel.roots.length;
}

/** True if the kernel's work, with what the host has already, needs an element's own result alone, and is short. */
function fits(host: Kernel, kernel: Kernel, cut: Cut): boolean {
  if (host.kind === "elementwise" || (host.kind === "family" && !mayHaveEpilogue(host.roots[0]!))) return false;
  const own = host.kind === "family" ? 1 : host.roots.filter((root) => roleOf(root) === "reduce").length;
  const results = host.roots.slice(0, own).flatMap((root) => root.outputs.map((_, i) => outputOf(root, i)));
  const roots = [...host.roots.slice(own), ...kernel.roots].map((root) => outputOf(root, 0));
  const calls = roots.reduce((total, root) => total + (cut.calls.get(root.node) ?? 0), 0);
  const longest = host.kind === "reduce" ? largestExpression : longestEpilogue;
  if (roots.length > maxRoots || calls > longest) return false;
  const alike = ({ shape, dtype }: AnyTensor): boolean =>
    sizeOf(shape) === sizeOf(results[0]!.shape) && elementsPerWord(dtype) === 1;
  return roots.every(alike) && results.every((result) => readsInPlace(roots, result, cut.isMaterialised));
}

/** True if nothing else that the kernel reads waits for the host. */
function isIndependent(host: Kernel, kernel: Kernel, makers: ReadonlyMap<Node, Kernel>): boolean {
  const others = neededBy(kernel, makers).filter((maker) => maker !== host);
  return others.every((maker) => !reaches(maker, host, (at) => neededBy(at, makers)));
}
