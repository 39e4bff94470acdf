import { topologicalOrder } from "../../tensor/graph.ts";
import type { Loop } from "../../tensor/loop.ts";
import { savedCount } from "../../tensor/loop.ts";
import type { Op } from "../../tensor/op.ts";
import { withSite } from "../../tensor/site.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import { trimmedLoop } from "../graph/loop-node.ts";
import { findRows } from "./find-rows.ts";
import { compactRows, spacedRows, spacedType } from "./space-rows.ts";

/** What of a loop is read, by number. */
interface Kept {
  readonly loop: Loop;
  readonly carries: readonly number[];
  readonly rows: readonly number[];
  readonly constants: readonly number[];
  /** Numbers among the rows that the steps give. */
  readonly ys: readonly number[];
  /** The body's outputs that are kept, their own loops trimmed. */
  readonly results: readonly AnyTensor[];
  /** Carries whose saved values are read. */
  readonly saved: readonly number[];
}

/**
 * Rewrites loops for compilation, those in their bodies too: what nobody reads of them is not computed, and rows are spaced so that each
 * can be bound.
 */
export function trimLoops(outputs: readonly AnyTensor[]): AnyTensor[] {
  const order = topologicalOrder(outputs);
  if (!order.some((node) => loopRule(node) !== null)) return [...outputs];
  const read = new Map<Node, Set<number>>();
  const readAll = (tensors: readonly AnyTensor[]): void => {
    for (const { node, index } of tensors) read.set(node, (read.get(node) ?? new Set()).add(index));
  };
  const kept = new Map<Node, Kept>();
  readAll(outputs);
  for (const node of [...order].reverse()) {
    const used = read.get(node);
    if (used === undefined) continue; // only a loop's dropped inputs needed it
    const loop = loopRule(node);
    const own = loop === null ? null : whatIsKept(loop, used);
    if (own !== null) kept.set(node, own);
    readAll(own === null ? node.inputs : keptInputs(node, own));
  }
  const made = new Map<Node, readonly AnyTensor[]>();
  const spaced = new Map<AnyTensor, AnyTensor>(); // rows as loops give and take them
  const follow = (tensor: AnyTensor): AnyTensor => made.get(tensor.node)![tensor.index]!;
  for (const node of order) {
    if (!read.has(node)) continue;
    const own = kept.get(node);
    if (own !== undefined) {
      made.set(
        node,
        withSite(node.site, () => rebuild(node, own, follow, spaced)),
      );
      continue;
    }
    const inputs = node.inputs.map(follow);
    const same = node.op === undefined || inputs.every((input, i) => input === node.inputs[i]);
    const next = same ? node : { ...node, inputs };
    made.set(
      node,
      node.outputs.map((_, index) => outputOf(next, index)),
    );
  }
  return outputs.map(follow);
}

function loopRule(node: Node): Loop | null {
  const rule = (node.op as unknown as Op | undefined)?.kernel;
  return rule !== undefined && "loop" in rule ? rule.loop(node.params) : null;
}

/** A carry is kept if it is read after the loop, or by a step for what is kept. */
function whatIsKept(loop: Loop, used: ReadonlySet<number>): Kept {
  const { body, carries, rows } = loop;
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  const ys = numbers(body.outputs.length - carries).filter((y) => used.has(carries + y));
  const saved = numbers(carries).filter((i) => used.has(body.outputs.length + i));
  const kept = new Set(numbers(carries).filter((i) => used.has(i) || saved.includes(i)));
  for (;;) {
    const inOrder = [...kept].sort((a, b) => a - b);
    const results = trimLoops([...inOrder, ...ys.map((y) => carries + y)].map((i) => body.outputs[i]!));
    const needed = new Set(topologicalOrder(results));
    const reads = numbers(body.inputs.length).filter((i) => needed.has(body.inputs[i]!.node));
    const more = reads.filter((i) => i < carries && !kept.has(i));
    for (const i of more) kept.add(i);
    if (more.length > 0) continue;
    return {
      loop,
      carries: inOrder,
      rows: reads.filter((i) => i >= carries && i < carries + rows),
      constants: reads.filter((i) => i >= carries + rows),
      ys,
      results,
      saved,
    };
  }
}

function keptInputs({ inputs }: Node, { carries, rows, constants }: Kept): AnyTensor[] {
  return [...carries, ...rows, ...constants].map((i) => inputs[i]!);
}

/** A loop's node with what is kept, and in the places of its outputs what is read. */
function rebuild(
  node: Node,
  kept: Kept,
  follow: (tensor: AnyTensor) => AnyTensor,
  spaced: Map<AnyTensor, AnyTensor>,
): AnyTensor[] {
  const { loop, carries, rows, constants, ys, results, saved } = kept;
  const { body, length } = loop;
  const found = rows.map((i) => {
    const x = follow(node.inputs[i]!);
    const held = spaced.has(x) ? null : findRows(x);
    if (held !== null) return held;
    const all = spaced.get(x) ?? spacedRows(x);
    spaced.set(x, all);
    return { base: all, start: 0 };
  });
  const inputs = [
    ...carries.map((i) => follow(node.inputs[i]!)),
    ...found.map(({ base }) => base),
    ...constants.map((i) => follow(node.inputs[i]!)),
  ];
  const trimmed = {
    ...loop,
    body: { inputs: [...carries, ...rows, ...constants].map((i) => body.inputs[i]!), outputs: results },
    carries: carries.length,
    rows: rows.length,
    saved: saved.map((i) => carries.indexOf(i)),
    starts: found.map(({ start }) => start),
  };
  const numbers = [...carries, ...ys.map((y) => loop.carries + y), ...saved.map((i) => body.outputs.length + i)];
  const rowTypes = numbers.slice(carries.length).map((i) => {
    const { shape } = node.outputs[i]!;
    return spacedType(i < body.outputs.length ? length : savedCount(loop), {
      shape: shape.slice(1),
      dtype: node.outputs[i]!.dtype,
    });
  });
  const types = [...carries.map((i) => node.outputs[i]!), ...rowTypes];
  const made = trimmedLoop(trimmed, inputs, types, node.site);
  const outputs: AnyTensor[] = [];
  numbers.forEach((number, i) => {
    const output = outputOf(made, i);
    outputs[number] = i < carries.length ? output : compactRows(output, node.outputs[number]!.shape);
    if (outputs[number] !== output) spaced.set(outputs[number], output);
  });
  return outputs;
}
