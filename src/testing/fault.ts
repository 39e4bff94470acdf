import { pullback } from "../autodiff/pullback.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import { isFloat } from "../tensor/dtype.ts";
import { evaluateReference, valueOf } from "../tensor/reference.ts";
import { formatSite } from "../tensor/site.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { formatType, hostLeaf, outputOf } from "../tensor/tensor.ts";
import type { ForwardOptions, Motions } from "./forward.ts";
import { forward, motionsOf, moveNode } from "./forward.ts";
import { hostValues } from "./inner-product.ts";
import type { MaybeMotion, Motion } from "./motion.ts";
import { underflow } from "./motion.ts";
import { project } from "./projection.ts";
import type { Tape } from "./tape.ts";

/** Where a backward pass goes wrong. */
export interface Fault {
  readonly node: Node;
  readonly input: number;
}

/** The first op, in the program's order, whose own VJP is wrong, and the first, backwards, that makes a cotangent which is not finite. */
export interface Faults {
  readonly wrong: Fault | undefined;
  readonly notFinite: Fault | undefined;
}

type Cotangents = readonly (NumericArray | null)[];

interface Backward {
  readonly tape: Tape;
  readonly seeds: ReadonlyMap<Node, Motion>;
  readonly motions: Motions;
  readonly options: ForwardOptions;
  readonly rtol: number;
}

/**
 * Walks a program backwards, op by op, beside its motions. ⟨cotangent, motion⟩ is one number wherever it is taken, so each op is
 * judged by itself: what it passes to an input, times how that input moves, must be what it got, times how its outputs move with
 * that input alone. One walk finds the op, however many elements there are.
 */
export function findFaults(call: Backward, roots: Cotangents): Faults {
  const { tape, seeds, motions } = call;
  const given = new Map<Node, (NumericArray | null)[]>();
  const give = ({ node, index }: AnyTensor, g: NumericArray | null): void => {
    if (g === null) return;
    const slots = given.get(node) ?? node.outputs.map(() => null);
    const sum = slots[index];
    slots[index] = sum ? g.map((x, i) => x + sum[i]!) : g;
    given.set(node, slots);
  };
  tape.roots.forEach((root, i) => give(root, roots[i]!));
  let wrong: Fault | undefined;
  let notFinite: Fault | undefined;
  for (const node of [...tape.order].reverse()) {
    const g = given.get(node);
    const inputs = motionsOf(node.inputs, motions);
    if (g === undefined || node.op === undefined || seeds.has(node) || inputs.every((motion) => motion === null))
      continue;
    const moving = inputs.map((motion) => motion !== null);
    const back = ownVjp(tape, node, g, moving);
    const lost = back.findIndex((one) => one !== null && !isFinite(one));
    const inner = insideOf(call, node, g, inputs);
    if (lost >= 0 && g.every((one) => one === null || isFinite(one)))
      notFinite ??= inner?.notFinite ?? { node, input: lost };
    const input = inputs.findIndex((motion, i) => motion !== null && unbalanced(call, node, g, i, motion, back[i]!));
    if (input >= 0) wrong = inner?.wrong ?? { node, input };
    node.inputs.forEach((tensor, i) => give(tensor, back[i]!));
  }
  return { wrong, notFinite };
}

const isFinite = (values: NumericArray): boolean => values.every((value: number) => Number.isFinite(value));

/** What the node's VJP passes to its moving inputs, on their values. */
function ownVjp(tape: Tape, node: Node, g: Cotangents, moving: readonly boolean[]): Cotangents {
  const inputs = node.inputs.map((input) => hostLeaf(input, valueOf(tape.values, input)));
  const alone = { ...node, inputs } as Node;
  const floats = node.outputs.flatMap(({ dtype }, index) => (isFloat(dtype) && g[index] ? [index] : []));
  const back = pullback(
    floats.map((index) => outputOf(alone, index)),
    floats.map((index) => hostLeaf({ shape: node.outputs[index]!.shape, dtype: "f32" }, g[index]!)),
    inputs.filter((_, i) => moving[i]),
  );
  const computed = evaluateReference(back)
    .map((one) => (one === null ? null : hostValues(one)))
    [Symbol.iterator]();
  return moving.map((moves) => (moves ? computed.next().value! : null));
}

function unbalanced(
  { tape, options, rtol }: Backward,
  node: Node,
  g: Cotangents,
  input: number,
  motion: Motion,
  back: NumericArray | null,
): boolean {
  const alone = node.inputs.map((_, i): MaybeMotion => (i === input ? motion : null));
  const moved = moveNode(tape, node, alone, options);
  const [got, passed] = [project(moved, g), project([motion], [back])];
  return !(Math.abs(got.value - passed.value) <= rtol * (got.size + passed.size) + got.doubt + underflow);
}

/** The faults inside a node's definition; none for a record that overrides its definition's VJP. */
function insideOf(call: Backward, node: Node, g: Cotangents, inputs: readonly MaybeMotion[]): Faults | undefined {
  const definition = call.tape.definitions.get(node);
  if (definition === undefined) return undefined;
  const seeds = new Map(
    definition.leaves.flatMap(({ node: leaf }, i): [Node, Motion][] => (inputs[i] ? [[leaf, inputs[i]]] : [])),
  );
  const motions = forward(definition.tape, seeds, call.options);
  return findFaults({ ...call, tape: definition.tape, seeds, motions }, g);
}

/** `log, input 0 of f32[2] at loss (my-file.ts:3:4)` */
export function describeFault({ node, input }: Fault): string {
  const where = node.site === undefined ? undefined : formatSite(node.site);
  const types = node.inputs.map(formatType).join(", ");
  return `${node.op!.name}, input ${input} of ${types}${where === undefined ? "" : ` at ${where}`}`;
}
