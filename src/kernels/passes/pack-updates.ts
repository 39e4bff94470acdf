import { topologicalOrder } from "../../tensor/graph.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import { alignOffset } from "../adapter/alignment.ts";
import type { PlanLimits } from "../adapter/plan-limits.ts";
import { packedUpdate } from "../codegen/packed-update.ts";
import { bytesOf } from "../graph/buffer-ref.ts";
import { identifier } from "../graph/identifier.ts";
import { literalValue } from "../graph/literal.ts";
import { resolve } from "../graph/resolve.ts";
import type { Update } from "./find-updates.ts";
import { findUpdates } from "./find-updates.ts";
import type { Kernel } from "./group.ts";
import type { CommonUpdate } from "./update-template.ts";
import { commonUpdate, formulaOf } from "./update-template.ts";

/** Updates that one dispatch makes. */
interface Pack extends CommonUpdate {
  readonly updates: readonly Update[];
}

/**
 * Replaces updates of equal formula that have kernels of their own by one packed update: what an optimiser does to all parameters
 * once their gradients are there is one dispatch, whatever their number and shapes.
 *
 * @param donations - output number → the donated leaf whose buffer it should take.
 * @param kernels - of the program as it is: updates that were fused into the kernels of their gradients cost nothing, and stay there.
 * @param excluded - donated leaves whose updates are not packed.
 * @returns the outputs of the new program.
 */
export function packUpdates(
  outputs: readonly AnyTensor[],
  donations: ReadonlyMap<number, AnyTensor>,
  kernels: readonly Kernel[],
  excluded: ReadonlySet<Node>,
  limits: PlanLimits,
): readonly AnyTensor[] {
  const order = topologicalOrder(outputs);
  const updates = findUpdates(order, outputs, donations);
  if (updates.length < 2) return outputs;
  const ofUpdates = usedByUpdates(order, outputs, updates);
  const own = new Set(
    kernels
      .filter((kernel) => kernel.kind === "elementwise" && kernel.roots.every((root) => ofUpdates.has(root)))
      .flatMap((kernel) => kernel.roots),
  );
  const unfused = updates.filter(
    (update) => update.roots.some((root) => own.has(root)) && !update.leaves.some(({ node }) => excluded.has(node)),
  );
  const written = new Set([...donations.keys()].map((i) => resolve(outputs[i]!).node));
  const packs = packsOf(unfused, written, limits);
  return packs.length === 0 ? outputs : withPacks(outputs, packs);
}

/** New values, and what nothing but updates needs. */
function usedByUpdates(
  order: readonly Node[],
  outputs: readonly AnyTensor[],
  updates: readonly Update[],
): ReadonlySet<Node> {
  const inside = new Set(updates.flatMap(({ body }) => [...body]));
  const usedElsewhere = new Set(outputs.map(({ node }) => node));
  const found = new Set(updates.flatMap(({ roots }) => roots));
  for (const node of [...order].reverse()) {
    if (!usedElsewhere.has(node)) found.add(node);
    if (!inside.has(node) && !found.has(node)) for (const input of node.inputs) usedElsewhere.add(input.node);
  }
  return found;
}

function packsOf(updates: readonly Update[], written: ReadonlySet<Node>, limits: PlanLimits): Pack[] {
  const idOf = identifier();
  const alike = new Map<string, Update[]>();
  for (const update of updates) {
    const key = `${update.stage};${formulaOf(update, idOf)}`;
    alike.set(key, [...(alike.get(key) ?? []), update]);
  }
  const taken = new Set<string>(); // operands lie in one arena at most
  return [...alike.values()]
    .flatMap((group) => inArenas(group, limits.maxBindingBytes))
    .flatMap((group) => {
      const pack = packOf(group, written, taken, idOf);
      const bindings = pack === null ? 0 : pack.template.leaves.length + pack.slots.length + pack.scalars.length;
      return pack === null || bindings > limits.maxBindings ? [] : [pack];
    });
}

/** Splits updates so that no arena is larger than a binding. */
function inArenas(updates: readonly Update[], mostBytes: number): Update[][] {
  const groups: Update[][] = [[]];
  let bytes = 0;
  for (const update of updates) {
    const own = alignOffset(bytesOf(update.leaves[0]!));
    if (bytes + own > mostBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups[groups.length - 1]!.push(update);
    bytes += own;
  }
  return groups;
}

/** The pack of those updates whose operands can lie in arenas; null for fewer than two. */
function packOf(
  group: readonly Update[],
  written: ReadonlySet<Node>,
  taken: Set<string>,
  idOf: (thing: object) => number,
): Pack | null {
  const keyOf = ({ node, index }: AnyTensor): string => `${idOf(node)}.${index}`;
  for (let updates = group; updates.length >= 2; ) {
    const common = commonUpdate(updates, written, idOf);
    const own = new Set<string>();
    const fitting = updates.filter((update, i) => {
      const operands = common.slots.map((slot) => slot[i]!);
      const keys = operands.map((operand) => keyOf(resolve(operand)));
      const fits =
        operands.every((operand) => mayLieInArena(operand, update.leaves[0]!, written)) &&
        keys.every((key, at) => !own.has(key) && !taken.has(key) && keys.indexOf(key) === at);
      if (fits) for (const key of keys) own.add(key);
      return fits;
    });
    if (fitting.length < updates.length) {
      updates = fitting;
      continue;
    }
    for (const key of own) taken.add(key);
    return { ...common, updates };
  }
  return null;
}

/** True for f32 values of the update's shape that the plan makes in memory of its own. */
function mayLieInArena(operand: AnyTensor, leaf: AnyTensor, written: ReadonlySet<Node>): boolean {
  const { node } = resolve(operand);
  if (node.op === undefined || literalValue(operand) !== null || written.has(node)) return false;
  return operand.dtype === "f32" && sameShape(operand.shape, leaf.shape);
}

/** The program with packs in the places of their updates. */
function withPacks(outputs: readonly AnyTensor[], packs: readonly Pack[]): AnyTensor[] {
  const placeOf = new Map<Node, { pack: Pack; index: number }>();
  for (const pack of packs) {
    const count = pack.updates.length;
    pack.updates.forEach(({ roots }, member) => {
      roots.forEach((root, leaf) => placeOf.set(root, { pack, index: leaf * count + member }));
    });
  }
  const operandsOf = ({ updates, template, slots, scalars }: Pack): AnyTensor[] => [
    ...template.leaves.flatMap((_, leaf) => updates.map(({ leaves }) => leaves[leaf]!)),
    ...slots.flat(),
    ...scalars,
  ];
  const made = new Map<Node, Node>();
  const packed = new Map<Pack, Node>();
  const follow = (tensor: AnyTensor): AnyTensor => {
    const place = placeOf.get(tensor.node);
    if (place !== undefined) return outputOf(packed.get(place.pack)!, place.index);
    const node = made.get(tensor.node)!;
    return node === tensor.node ? tensor : outputOf(node, tensor.index);
  };
  const inputsOf = (node: Node): readonly AnyTensor[] => {
    const place = placeOf.get(node);
    return place === undefined ? node.inputs : operandsOf(place.pack);
  };
  for (const node of topologicalOrder(outputs, inputsOf)) {
    const pack = placeOf.get(node)?.pack;
    if (pack !== undefined) {
      if (!packed.has(pack)) packed.set(pack, packedUpdate(pack.template, operandsOf(pack).map(follow), node.site));
      continue;
    }
    const inputs = node.inputs.map(follow);
    const same = node.op === undefined || inputs.every((input, i) => input === node.inputs[i]);
    made.set(node, same ? node : { ...node, inputs });
  }
  return outputs.map(follow);
}
