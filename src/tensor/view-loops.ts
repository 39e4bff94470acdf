import type { NumericArray } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import { stridesOf } from "./shape.ts";
import type { TensorType } from "./tensor.ts";
import type { Piece, View } from "./view.ts";

/** Copies through a view: the reference of every layout op. */
export function evaluateView(
  view: View,
  inputs: readonly NumericArray[],
  inputTypes: readonly TensorType[],
  output: NumericArray,
  shape: Shape,
): void {
  if (view.kind === "flat") {
    output.set(inputs[0]!);
    return;
  }
  if (!Object.is(view.fill, 0)) output.fill(view.fill);
  // last piece first, so that the first piece whose ranges hold wins
  for (const piece of [...view.pieces].reverse()) {
    copyPiece(piece, inputs[piece.input]!, inputTypes[piece.input]!.shape, output, shape);
  }
}

function copyPiece(piece: Piece, input: NumericArray, inputShape: Shape, output: NumericArray, shape: Shape): void {
  const rank = shape.length;
  const inputStrides = stridesOf(inputShape);
  const step = new Array<number>(rank).fill(0); // input elements per step of each output axis
  let base = 0;
  piece.reads.forEach((read, axis) => {
    base += read.offset * inputStrides[axis]!;
    if (read.axis !== null) step[read.axis]! += read.scale * inputStrides[axis]!;
  });
  const from = new Array<number>(rank).fill(0);
  const to = [...shape];
  const stride = new Array<number>(rank).fill(1);
  for (const range of piece.inside) {
    from[range.axis] = Math.max(from[range.axis]!, range.from);
    to[range.axis] = Math.min(to[range.axis]!, range.to);
    stride[range.axis] = range.step;
  }
  for (let axis = 0; axis < rank; axis++) if (from[axis]! >= to[axis]!) return;
  const outputStrides = stridesOf(shape);
  const at = [...from];
  for (;;) {
    let source = base;
    let target = 0;
    for (let axis = 0; axis < rank; axis++) {
      source += at[axis]! * step[axis]!;
      target += at[axis]! * outputStrides[axis]!;
    }
    source = Math.round(source); // a scale may be 1/step: whole at every element that is read
    if (rank === 0) {
      output[target] = input[source]!;
      return;
    }
    const last = rank - 1; // the inner loop runs along the last axis
    const sourceStep = Math.round(stride[last]! * step[last]!);
    for (let k = at[last]!; k < to[last]!; k += stride[last]!) {
      output[target] = input[source]!;
      target += stride[last]!;
      source += sourceStep;
    }
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      at[axis]! += stride[axis]!;
      if (at[axis]! < to[axis]!) break;
      at[axis] = from[axis]!;
    }
    if (axis < 0) return;
  }
}
