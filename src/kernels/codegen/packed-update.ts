import type { AnyOp } from "../../tensor/op.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { Arena, BoundBuffer, BufferRef } from "../graph/buffer-ref.ts";
import { valueRef } from "../graph/buffer-ref.ts";
import { literalValue } from "../graph/literal.ts";
import { resolve } from "../graph/resolve.ts";
import { elementwiseStep } from "./elementwise.ts";
import type { ElementwiseRoot } from "./print-roots.ts";
import type { Step } from "./step.ts";

/**
 * One elementwise program that updates many tensors: `roots` over flat stand-ins for the arenas, f32[bytes / 4]. Inputs of its
 * node: the members' donated leaves, then their other operands, slot by slot, then the scalars that all share. Outputs: the
 * leaves' new values, in their order.
 */
export interface UpdateTemplate {
  readonly members: number;
  readonly offsets: readonly number[];
  readonly bytes: number;
  readonly roots: readonly ElementwiseRoot[];
  readonly leaves: readonly AnyTensor[];
  readonly slots: readonly AnyTensor[];
  readonly scalars: readonly AnyTensor[];
}

/** What {@link UpdateTemplate} parametrises. Made by the compiler alone, after expansion, so it needs no gradient and no reference. */
const packedUpdateOp: AnyOp = {
  name: "update",
  infer: () => [],
  kernel: { family: "update" },
  samples: () => [],
};

export function isPackedUpdate(node: Node): boolean {
  return node.op === packedUpdateOp;
}

function templateOf(node: Node): UpdateTemplate {
  return node.params as UpdateTemplate;
}

export function packedUpdate(template: UpdateTemplate, inputs: readonly AnyTensor[], site: Node["site"]): Node {
  const leaves = inputs.slice(0, template.leaves.length * template.members);
  const outputs = leaves.map(({ shape, dtype }) => ({ shape, dtype }));
  return { op: packedUpdateOp, source: undefined, inputs, params: template, outputs, site };
}

/** The donated leaf that a new value is written over; null for what is not a packed update's. */
export function updatedLeaf({ node, index }: AnyTensor): AnyTensor | null {
  return isPackedUpdate(node) ? node.inputs[index]! : null;
}

/** The one dispatch of a packed update: a flat loop over its arenas, the space between members included. */
export function packedUpdateStep(node: Node, adapter: AdapterFacts): Step {
  const { members, offsets, bytes, roots, leaves, slots, scalars } = templateOf(node);
  const refs = new Map<Node, BufferRef>();
  [...leaves, ...slots].forEach((standIn, i) => {
    const own = node.inputs.slice(i * members, (i + 1) * members).map(resolve);
    const arena: Arena = { members: own, offsets, bytes, ofCaller: i < leaves.length };
    refs.set(standIn.node, { kind: "arena", type: { shape: standIn.shape, dtype: standIn.dtype }, arena });
  });
  const first = (leaves.length + slots.length) * members;
  scalars.forEach((standIn, i) => refs.set(standIn.node, valueRef(resolve(node.inputs[first + i]!))));
  const isOperand = (tensor: AnyTensor): boolean => tensor.node.op === undefined && literalValue(tensor) === null;
  const step = elementwiseStep(roots, isOperand, adapter);
  const placed = ({ ref, access }: BoundBuffer): BoundBuffer => ({
    ref: ref.kind === "value" ? refs.get(ref.tensor.node)! : ref,
    access,
  });
  const name = `update of ${members}: ${step.name.replace("elementwise ", "")}`;
  return { ...step, name, buffers: step.buffers.map(placed) };
}
