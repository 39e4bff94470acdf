import { topologicalOrder } from "../../tensor/graph.ts";
import type { Op } from "../../tensor/op.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import { literalValue } from "../graph/literal.ts";
import { resolve } from "../graph/resolve.ts";
import { roleOf } from "../graph/role.ts";

/** Where the program is cut into kernels. */
export interface Cut {
  readonly order: readonly Node[];
  /** Scalar calls of each inline node's expression: how long a kernel it makes. */
  readonly calls: ReadonlyMap<Node, number>;
  /** Nodes whose values lie in buffers. */
  readonly materialised: ReadonlySet<Node>;
  isMaterialised(tensor: AnyTensor): boolean;
}

/** Scalar calls in one kernel: longer ones compile slowly. */
export const largestExpression = 96;
const storeWorth = 1.2; // full-size loads that one more store and its reads are worth (measured: bench/README.md, fusion)

/** Chooses which elementwise values are stored, and which are computed again where they are used. */
export function cut(outputs: readonly AnyTensor[], maxBindings: number): Cut {
  const order = topologicalOrder(outputs);
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) for (const input of new Set(node.inputs.map((i) => i.node))) users.get(input)!.push(node);
  const materialised = new Set(order.filter((node) => roleOf(node) !== "inline"));
  const store = (tensor: AnyTensor): void => {
    materialised.add(resolve(tensor).node);
  };
  outputs.forEach(store);
  for (const node of order) if (roleOf(node) === "kernel") node.inputs.forEach(store);
  const calls = boundExpressions(order, materialised, maxBindings);
  const sinks = new Map<Node, Set<Node>>(); // kernels that would compute an inline value
  for (const node of [...order].reverse()) {
    if (roleOf(node) !== "inline" || materialised.has(node)) continue;
    const found = new Set<Node>();
    for (const user of users.get(node)!) {
      if (materialised.has(user)) found.add(user);
      else for (const sink of sinks.get(user)!) found.add(sink);
    }
    sinks.set(node, found);
    const iteration = Math.max(0, ...[...found].map(iterationSize));
    if (worthStoring(node, found.size, iteration, materialised)) materialised.add(node);
  }
  return {
    order,
    calls,
    materialised,
    isMaterialised: (tensor) => literalValue(tensor) === null && materialised.has(tensor.node),
  };
}

/** Stores inline values that would make a kernel too long, or bind more buffers than the adapter allows. */
function boundExpressions(order: readonly Node[], materialised: Set<Node>, maxBindings: number): Map<Node, number> {
  const reads = new Map<Node, ReadonlySet<Node>>();
  const calls = new Map<Node, number>();
  const readsOf = (node: Node): ReadonlySet<Node> => (materialised.has(node) ? new Set([node]) : reads.get(node)!);
  for (const node of order) {
    if (roleOf(node) !== "inline" && roleOf(node) !== "reduce") continue;
    if (literalValue(outputOf(node, 0)) !== null) {
      reads.set(node, new Set());
      continue;
    }
    const inputs = [...new Set(node.inputs.map((input) => input.node))];
    const union = (): Set<Node> => new Set(inputs.flatMap((input) => [...readsOf(input)]));
    const length = (): number =>
      1 + inputs.reduce((total, input) => total + (materialised.has(input) ? 0 : (calls.get(input) ?? 0)), 0);
    const byReads = [...inputs].sort((a, b) => readsOf(b).size - readsOf(a).size);
    for (const input of byReads) {
      if (buffersOf(union()) <= maxBindings - 2 && length() <= largestExpression) break;
      if (roleOf(input) === "inline" && literalValue(outputOf(input, 0)) === null) materialised.add(input);
    }
    reads.set(node, union());
    calls.set(node, length());
  }
  return calls;
}

/** Buffers that a kernel binds to read some nodes: one per output. */
export function buffersOf(nodes: Iterable<Node>): number {
  let count = 0;
  for (const { outputs } of nodes) count += outputs.length;
  return count;
}

/** Elements that a kernel rooted at `node` loops over. */
function iterationSize(node: Node): number {
  const over = roleOf(node) === "reduce" ? node.inputs[0]!.shape : node.outputs[0]!.shape;
  return sizeOf(over);
}

function worthStoring(node: Node, sinks: number, iteration: number, materialised: ReadonlySet<Node>): boolean {
  const tensor = outputOf(node, 0);
  if (literalValue(tensor) !== null || resolve(tensor).node !== node) return false;
  const op = node.op as unknown as Op;
  if (op.view !== undefined && sinks <= 1) return false;
  const { calls, loads } = subtree(tensor, iteration, materialised);
  if (calls === 0) return false; // a pure view is as cheap to read in place
  if (sizeOf(tensor.shape) * 4 <= iteration) return calls > 0; // computed once per element of a larger loop
  return (sinks - 1) * (loads - 1 + calls / 16) > storeWorth;
}

/** Scalar calls and weighted loads below an inline value; small tensors' loads count a quarter, as they stay in cache. */
function subtree(
  root: AnyTensor,
  iteration: number,
  materialised: ReadonlySet<Node>,
): { calls: number; loads: number } {
  let calls = 0;
  let loads = 0;
  const seen = new Set<Node>();
  const stack = [root.node];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    if (calls > largestExpression) break;
    const tensor = outputOf(node, 0);
    if (literalValue(tensor) !== null) continue;
    if (node !== root.node && materialised.has(node)) {
      loads += sizeOf(tensor.shape) * 4 <= iteration ? 0.25 : 1;
      continue;
    }
    const op = node.op as unknown as Op;
    if (op.scalar !== undefined || op.convert === true) calls++;
    for (const input of node.inputs) stack.push(input.node);
  }
  return { calls, loads };
}
