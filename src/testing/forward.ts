import type { NumericArray } from "../tensor/dtype.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { stopGradientOp } from "../tensor/ops/identity.ts";
import { valueOf } from "../tensor/reference.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { evaluateView } from "../tensor/view-loops.ts";
import { moveKernel } from "./forward-kernel.ts";
import { moveScalar } from "./forward-scalar.ts";
import type { MaybeMotion, Motion } from "./motion.ts";
import { zeros } from "./motion.ts";
import type { Tape } from "./tape.ts";

export interface ForwardOptions {
  /** Whether `stopGradient` lets motion through, as its values do, or holds it, as its gradient does. */
  readonly stopGradient: "value" | "constant";
  /**
   * At ties (ReLU at 0, two equal maxima) the derivative to one side, ahead, in place of the one that the op's gradient chooses.
   */
  readonly ahead?: boolean;
}

export type Motions = Map<Node, readonly MaybeMotion[]>;

/**
 * Forward mode with dual numbers in double precision: how every node of a program moves when the nodes in `seeds` do. It asks no
 * record for its VJP: elementwise ops move by their scalar expression's derivative, fused ones by their definition, layouts and
 * linear ops as their values do, and the rest by {@link moveKernel}.
 */
export function forward(tape: Tape, seeds: ReadonlyMap<Node, Motion>, options: ForwardOptions): Motions {
  const motions: Motions = new Map();
  for (const node of tape.order) {
    const seed = seeds.get(node);
    const moved = seed === undefined ? moveNode(tape, node, motionsOf(node.inputs, motions), options) : [seed];
    motions.set(node, moved);
  }
  return motions;
}

/** The motions of tensors. */
export function motionsOf(tensors: readonly AnyTensor[], motions: Motions): readonly MaybeMotion[] {
  return tensors.map(({ node, index }) => motions.get(node)![index]!);
}

/** How one node's outputs move with its inputs. */
export function moveNode(
  tape: Tape,
  node: Node,
  inputs: readonly MaybeMotion[],
  options: ForwardOptions,
): readonly MaybeMotion[] {
  const still = node.outputs.map(() => null);
  if (node.op === undefined || inputs.every((motion) => motion === null)) return still;
  const op = node.op as unknown as Op;
  if (node.op === (stopGradientOp as unknown)) return options.stopGradient === "value" ? inputs : still;
  const values = node.inputs.map((input) => valueOf(tape.values, input));
  if (op.scalar !== undefined) {
    const lanes = node.inputs.map(({ dtype }, i) => ({ data: values[i]!, dtype, motion: inputs[i]! }));
    return [moveScalar(op.scalar, lanes, sizeOf(node.outputs[0]!.shape), options.ahead === true)];
  }
  if (op.view !== undefined) return [moveView(op, node, inputs)];
  if (op.vjp === null) return still;
  const definition = tape.definitions.get(node);
  if (definition !== undefined) {
    const seeds = definition.leaves.flatMap((leaf, i): [Node, Motion][] => (inputs[i] ? [[leaf.node, inputs[i]]] : []));
    return motionsOf(definition.tape.roots, forward(definition.tape, new Map(seeds), options));
  }
  if (op.convert === true) return isFloat(node.inputs[0]!.dtype) && isFloat(node.outputs[0]!.dtype) ? inputs : still;
  return moveKernel({ node, op, values, inputs, ahead: options.ahead === true });
}

/** A layout moves as its values do; what it fills with stays. */
function moveView(op: Op, node: Node, inputs: readonly MaybeMotion[]): Motion {
  const output = node.outputs[0]!;
  const view = op.view!(node.inputs, output, node.params);
  const bare = view.kind === "flat" ? view : { ...view, fill: 0 };
  const through = (lane: keyof Motion): Float64Array => {
    const moved = new Float64Array(sizeOf(output.shape));
    const lanes = inputs.map((motion, i): NumericArray => motion?.[lane] ?? zeros(node.inputs[i]!));
    evaluateView(bare, lanes, node.inputs, moved, output.shape);
    return moved;
  };
  return { tangent: through("tangent"), doubt: through("doubt") };
}
