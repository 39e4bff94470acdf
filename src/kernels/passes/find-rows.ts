import type { Op } from "../../tensor/op.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { View } from "../../tensor/view.ts";
import { alignOffset } from "../adapter/alignment.ts";
import { bytesOf } from "../graph/buffer-ref.ts";
import { roleOf } from "../graph/role.ts";
import { rowStride } from "./space-rows.ts";

/** Rows that lie one after another within a stored value, and at which byte of it they begin. */
interface FoundRows {
  readonly base: AnyTensor;
  readonly start: number;
}

/** Looks through cuts of the first axis to the value that holds the rows, where they can be bound as they lie; null where they cannot. */
export function findRows(rows: AnyTensor): FoundRows | null {
  const row = { shape: rows.shape.slice(1), dtype: rows.dtype };
  if (rows.shape[0]! > 1 && rowStride(row) !== bytesOf(row)) return null;
  let at = rows;
  let first = 0; // element
  let isCut = false;
  for (;;) {
    const op = at.node.op as unknown as Op | undefined;
    if (op?.view === undefined || op.barrier === true) break;
    const view = op.view(at.node.inputs, at, at.node.params);
    const begins = firstElement(view, at);
    if (begins === null) break;
    first += begins;
    isCut ||= view.kind !== "flat";
    at = at.node.inputs[0]!;
  }
  const start = (first * bytesOf({ shape: [4], dtype: rows.dtype })) / 4; // four elements: bytesOf counts whole words
  return isCut && roleOf(at.node) !== "inline" && alignOffset(start) === start ? { base: at, start } : null;
}

/** The element of its input at which a view begins that is a run of the input's elements; null for other views. */
function firstElement(view: View, { node, shape }: AnyTensor): number | null {
  if (view.kind === "flat") return 0;
  const input = node.inputs[0]!.shape;
  const [piece] = view.pieces;
  if (view.pieces.length > 1 || piece!.inside.length > 0 || input.length !== shape.length) return null;
  const isRun = piece!.reads.every(
    ({ axis, scale, offset }, i) => axis === i && scale === 1 && (i === 0 || (offset === 0 && shape[i] === input[i])),
  );
  return isRun ? shape.slice(1).reduce((size, n) => size * n, piece!.reads[0]!.offset) : null;
}
