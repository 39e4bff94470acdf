import type { Loop } from "../../tensor/loop.ts";
import type { AnyOp } from "../../tensor/op.ts";
import type { AnyTensor, Node, TensorType } from "../../tensor/tensor.ts";

/** A loop with nothing but what is read. Outputs of its node: the last carries, the rows, and the saved carries that are read. */
export interface TrimmedLoop extends Loop {
  /** Which carries are saved. */
  readonly saved: readonly number[];
  /** Where the rows begin in each input of rows, bytes. */
  readonly starts: readonly number[];
}

/** Made by the compiler alone, after expansion, so it needs no gradient and no reference. */
const trimmedLoopOp: AnyOp = {
  name: "scan",
  infer: () => [],
  kernel: { loop: (loop: TrimmedLoop) => loop },
  samples: () => [],
};

export function trimmedLoop(
  loop: TrimmedLoop,
  inputs: readonly AnyTensor[],
  outputs: readonly TensorType[],
  site: Node["site"],
): Node {
  return { op: trimmedLoopOp, source: undefined, inputs, params: loop, outputs, site };
}

/** The loop of a node; null for what is none. */
export function loopOf(node: Node): TrimmedLoop | null {
  return node.op === trimmedLoopOp ? (node.params as TrimmedLoop) : null;
}
