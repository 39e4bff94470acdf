import type { Op } from "../../tensor/op.ts";
import type { Node } from "../../tensor/tensor.ts";

/** How a node reaches the device. */
type Role = "leaf" | "inline" | "reduce" | "kernel";

export function roleOf(node: Node): Role {
  if (node.op === undefined) return "leaf";
  const op = node.op as unknown as Op;
  if (op.scalar !== undefined || op.view !== undefined || op.convert === true) return "inline";
  const kernel = op.kernel!;
  return "family" in kernel && kernel.combine !== undefined ? "reduce" : "kernel";
}
