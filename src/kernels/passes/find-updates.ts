import type { Op } from "../../tensor/op.ts";
import { sameShape, sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { resolve } from "../graph/resolve.ts";

/** Outputs computed element by element from the donated inputs that they overwrite: one parameter's share of an optimiser's step. */
export interface Update {
  /** New values, in the order of the outputs. */
  readonly roots: readonly Node[];
  /** The donated leaf that each root overwrites. */
  readonly leaves: readonly AnyTensor[];
  /** The elementwise nodes that depend on the leaves, roots included. */
  readonly body: ReadonlySet<Node>;
  /** Updates of a lower stage may be needed to compute this one, those of its own stage are not. */
  readonly stage: number;
}

const longestBody = 48; // nodes: an optimiser's formula, not a network

export const isScalarF32 = (node: Node): boolean =>
  node.op !== undefined && (node.op as unknown as Op).scalar !== undefined && node.outputs[0]!.dtype === "f32";

/** @param order - the nodes of `outputs`, inputs first. */
export function findUpdates(
  order: readonly Node[],
  outputs: readonly AnyTensor[],
  donations: ReadonlyMap<number, AnyTensor>,
): Update[] {
  const overs = pairs(outputs, donations);
  const leafNodes = new Set([...overs.values()].map(({ node }) => node));
  const depends = new Set<Node>(leafNodes);
  for (const node of order) {
    if (isScalarF32(node) && node.inputs.some((input) => depends.has(input.node))) depends.add(node);
  }
  const groups = new Map<Node, Draft>(); // by leaf
  for (const [root, over] of overs) {
    const { nodes, leaves } = bodyOf(root, depends, leafNodes);
    leaves.add(over.node);
    let draft: Draft = { roots: [root], body: nodes, leaves };
    for (const other of new Set([...leaves].flatMap((leaf) => groups.get(leaf) ?? []))) draft = joined(other, draft);
    for (const leaf of draft.leaves) groups.set(leaf, draft);
  }
  const drafts = [...new Set(groups.values())].filter(
    ({ roots, body, leaves }) => body.size <= longestBody && roots.length === leaves.size,
  );
  const stages = stagesOf(order, drafts);
  return drafts
    .map(({ roots, body }, i): Update => {
      const sorted = [...overs.keys()].filter((root) => roots.includes(root));
      return { roots: sorted, leaves: sorted.map((root) => overs.get(root)!), body, stage: stages[i]! };
    })
    .filter(({ stage }) => Number.isFinite(stage));
}

interface Draft {
  readonly roots: readonly Node[];
  readonly body: ReadonlySet<Node>;
  readonly leaves: Set<Node>;
}

const joined = (a: Draft, b: Draft): Draft => ({
  roots: [...a.roots, ...b.roots],
  body: new Set([...a.body, ...b.body]),
  leaves: new Set([...a.leaves, ...b.leaves]),
});

/** Elementwise f32 outputs with the donated leaf of their shape that each overwrites, in the order of the outputs. */
function pairs(outputs: readonly AnyTensor[], donations: ReadonlyMap<number, AnyTensor>): Map<Node, AnyTensor> {
  const passedOn = new Set(outputs.map((output) => resolve(output).node));
  const found = new Map<Node, AnyTensor>();
  for (const [i, over] of [...donations].sort(([a], [b]) => a - b)) {
    const { node, shape } = outputs[i]!;
    if (!isScalarF32(node) || over.dtype !== "f32" || !sameShape(shape, over.shape) || sizeOf(shape) === 0) continue;
    if (!found.has(node) && !passedOn.has(over.node)) found.set(node, over);
  }
  return found;
}

/** What lies between a root and the leaves that it depends on elementwise. */
function bodyOf(
  root: Node,
  depends: ReadonlySet<Node>,
  leafNodes: ReadonlySet<Node>,
): { nodes: Set<Node>; leaves: Set<Node> } {
  const nodes = new Set<Node>([root]);
  const leaves = new Set<Node>();
  const stack = [root];
  while (stack.length > 0 && nodes.size <= longestBody) {
    for (const { node } of stack.pop()!.inputs) {
      if (!depends.has(node) || nodes.has(node)) continue;
      if (leafNodes.has(node)) leaves.add(node);
      else {
        nodes.add(node);
        stack.push(node);
      }
    }
  }
  return { nodes, leaves };
}

/** How many updates must come before each: what reads a new value outside its own update lies a stage later. Infinite for those that wait for each other. */
function stagesOf(order: readonly Node[], drafts: readonly Draft[]): number[] {
  const ofBody = new Map(drafts.flatMap((draft, i) => [...draft.body].map((node) => [node, i] as const)));
  const ofRoot = new Map(drafts.flatMap((draft, i) => draft.roots.map((node) => [node, i] as const)));
  const stages = drafts.map(() => 0);
  for (let changed = true; changed; ) {
    changed = false;
    const reached = new Map<Node, number>();
    for (const node of order) {
      const own = ofBody.get(node);
      const stage = Math.max(
        0,
        ...node.inputs.map((input) => {
          const made = ofRoot.get(input.node);
          return made !== undefined && made !== own ? stages[made]! + 1 : reached.get(input.node)!;
        }),
      );
      reached.set(node, stage);
      if (own === undefined || stage <= stages[own]!) continue;
      stages[own] = stage > drafts.length ? Number.POSITIVE_INFINITY : stage;
      changed = true;
    }
  }
  return stages;
}
