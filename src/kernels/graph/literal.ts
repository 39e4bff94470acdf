import type { Op } from "../../tensor/op.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { formatType } from "../../tensor/tensor.ts";

/** The value of a literal number in a formula, seen through broadcasts; null for anything else. */
export function literalValue(tensor: AnyTensor): number | null {
  const source = tensor.node.source;
  if (source?.kind === "host" && source.literal && source.data.length === 1) return source.data[0]!;
  const op = tensor.node.op as unknown as Op | undefined;
  if (op?.view === undefined) return null;
  const view = op.view(tensor.node.inputs, tensor, tensor.node.params);
  const whole = view.kind === "flat" || (view.pieces.length === 1 && view.pieces[0]!.inside.length === 0);
  return whole ? literalValue(tensor.node.inputs[0]!) : null;
}

const longestKey = 4096; // bytes of a constant that is compared with others

/** Equal for leaves of equal constants: numbers in formulas, and short host data such as the `arange` of a one-hot. null for others. */
export function constantKey({ source, outputs }: Node): string | null {
  if (source?.kind !== "host" || source.data.byteLength > longestKey) return null;
  const { buffer, byteOffset, byteLength } = source.data;
  return `${source.literal ? "" : "host "}${formatType(outputs[0]!)}:${new Uint8Array(buffer, byteOffset, byteLength)}`;
}
