import { ShapeError } from "../errors.ts";
import { multiplyAdd, rowMajor } from "../matrix-loops.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes, sizeOf } from "../shape.ts";
import type { Check, MatMul } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { checkDTypes, checkRank } from "./operand.ts";
import { reshape } from "./reshape.ts";
import type { Product } from "./signatures.ts";
import { transpose } from "./transpose.ts";

const sample = (a: Shape, b: Shape): Sample<null> => ({
  inputs: [
    { shape: a, dtype: "f32" },
    { shape: b, dtype: "f32" },
  ],
  params: null,
});

/** Batched: (batch, m, k) × (batch, k, n) → (batch, m, n). The wrapper brings other ranks to three axes. */
export const matmulOp: Op<null> = defineOp<null>({
  name: "matmul",
  infer: ([a, b]) => {
    const dtype = checkDTypes("matmul", [a!, b!], ["f32"]);
    checkRank("matmul", a!, 3);
    checkRank("matmul", b!, 3);
    if (a!.shape[0] !== b!.shape[0] || a!.shape[2] !== b!.shape[1]) {
      throw new ShapeError(`matmul: ${formatType(a!)} and ${formatType(b!)} do not fit`, ["expects [s,m,k] × [s,k,n]"]);
    }
    return [{ shape: [a!.shape[0]!, a!.shape[1]!, b!.shape[2]!], dtype }];
  },
  kernel: { family: "matmul" },
  reference: ({ inputs: [a, b], outputs: [y], inputTypes: [ta, tb] }) => {
    const [batch, m, k] = ta!.shape as [number, number, number];
    const n = tb!.shape[2]!;
    for (let s = 0; s < batch; s++) {
      multiplyAdd(m, k, n, rowMajor(a!, k, s * m * k), rowMajor(b!, n, s * k * n), rowMajor(y!, n, s * m * n));
    }
  },
  vjp: ({ g: [g], inputs: [a, b] }) => [
    apply1(matmulOp, [g!, transpose(b!, { axes: [0, 2, 1] })], null),
    apply1(matmulOp, [transpose(a!, { axes: [0, 2, 1] }), g!], null),
  ],
  samples: () => [
    sample([1, 3, 4], [1, 4, 5]),
    sample([2, 1, 3], [2, 3, 2]),
    sample([1, 17, 9], [1, 9, 33]),
    sample([1, 64, 32], [1, 32, 64]),
    sample([1, 2, 300], [1, 300, 3]),
  ],
});

/**
 * Matrix product of the last two axes; leading axes broadcast.
 *
 * @param a - `(…, m, k)`, f32.
 * @param b - `(…, k, n)`, f32.
 * @returns `(…, m, n)`.
 * @throws ShapeError if a rank is below 2 or the inner sizes differ.
 */
export function matmul<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & Check<MatMul<A["shape"], B["shape"]>>,
): Product<A, B> {
  const types = [`a  ${formatType(a)}   b  ${formatType(b)}   expects [m,k] × [k,n] → [m,n]`];
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new ShapeError("matmul: needs rank 2 or more", types, captureSite());
  }
  const [m, k] = a.shape.slice(-2) as [number, number];
  const [inner, n] = b.shape.slice(-2) as [number, number];
  if (k !== inner) {
    throw new ShapeError(`matmul: inner sizes differ, ${k} in a and ${inner} in b`, types, captureSite());
  }
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const flat = sizeOf(batch);
  const left = reshape(broadcastTo(a, [...batch, m, k]), [flat, m, k]);
  const right = reshape(broadcastTo(b, [...batch, k, n]), [flat, k, n]);
  return reshape(apply1(matmulOp, [left, right], null), [...batch, m, n]) as AnyTensor as Product<A, B>;
}
