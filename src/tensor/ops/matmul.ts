import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { multiplyAdd, rowMajor, transposed } from "../matrix-loops.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
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
import { transposeOp } from "./transpose.ts";

/** How the operands lie in memory: true for one whose transpose is meant. */
export interface MatmulParams {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Batch, rows, inner size and columns of a product. */
export function productSizes(
  a: Shape,
  b: Shape,
  { transposeA, transposeB }: MatmulParams,
): [number, number, number, number] {
  return [a[0]!, a[transposeA ? 2 : 1]!, a[transposeA ? 1 : 2]!, b[transposeB ? 1 : 2]!];
}

/** Of a product: two per multiply-add. */
export function productFlops(sizes: readonly [number, number, number, number]): number {
  return 2 * sizes.reduce((product, size) => product * size, 1);
}

const product = (a: AnyTensor, b: AnyTensor, transposeA: boolean, transposeB: boolean): AnyTensor =>
  apply1(matmulOp, [a, b], { transposeA, transposeB });

const sample = (
  [batch, m, k, n]: readonly [number, number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): Sample<MatmulParams> => ({
  inputs: [
    { shape: transposeA ? [batch, k, m] : [batch, m, k], dtype: "f32" },
    { shape: transposeB ? [batch, n, k] : [batch, k, n], dtype: "f32" },
  ],
  params: { transposeA, transposeB },
});

/**
 * Batched: (batch, m, k) × (batch, k, n) → (batch, m, n), either operand as it is or lying transposed in memory, so that gradients
 * need no transposes. The wrapper brings other ranks to three axes.
 */
export const matmulOp: Op<MatmulParams> = defineOp<MatmulParams>({
  name: "matmul",
  infer: ([a, b], params) => {
    const dtype = checkDTypes("matmul", [a!, b!], ["f32"]);
    checkRank("matmul", a!, 3);
    checkRank("matmul", b!, 3);
    const [batch, m, k, n] = productSizes(a!.shape, b!.shape, params);
    if (b!.shape[0] !== batch || b!.shape[params.transposeB ? 2 : 1] !== k) {
      const [left, right] = [params.transposeA ? "[s,k,m]" : "[s,m,k]", params.transposeB ? "[s,n,k]" : "[s,k,n]"];
      throw new ShapeError(
        `matmul: ${formatType(a!)} and ${formatType(b!)} do not fit`,
        [`expects ${left} × ${right}`],
        captureSite(),
      );
    }
    return [{ shape: [batch, m, n], dtype }];
  },
  kernel: { family: "matmul" },
  flops: ([a, b], _, params) => productFlops(productSizes(a!.shape, b!.shape, params)),
  reference: ({ inputs: [a, b], outputs: [y], inputTypes: [ta, tb], params }) => {
    const [batch, m, k, n] = productSizes(ta!.shape, tb!.shape, params);
    for (let s = 0; s < batch; s++) {
      const left = params.transposeA ? transposed(rowMajor(a!, m, s * m * k)) : rowMajor(a!, k, s * m * k);
      const right = params.transposeB ? transposed(rowMajor(b!, k, s * k * n)) : rowMajor(b!, n, s * k * n);
      multiplyAdd(m, k, n, left, right, rowMajor(y!, n, s * m * n));
    }
  },
  // y = A·B: gA = g·Bᵀ, gB = Aᵀ·g; where an operand lies transposed, so does its cotangent
  vjp: ({ g: [g], inputs: [a, b], params: { transposeA, transposeB } }) => [
    transposeA ? product(b!, g!, transposeB, true) : product(g!, b!, false, !transposeB),
    transposeB ? product(g!, a!, true, transposeA) : product(a!, g!, !transposeA, false),
  ],
  batch: {
    outputs: ({ inputs: [a, b], batched, whole, size, params }) => {
      const [batch, m, k, n] = productSizes(whole[0]!.shape.slice(1), whole[1]!.shape.slice(1), params);
      if (!batched[1] && batch === 1 && !params.transposeA) {
        return [reshape(apply1(matmulOp, [reshape(a!, [1, size * m, k]), b!], params), [size, 1, m, n])]; // one tall product
      }
      const merged = whole.map((x) => reshape(x, [size * batch, ...x.shape.slice(2)]));
      return [reshape(apply1(matmulOp, merged, params), [size, batch, m, n])];
    },
  },
  samples: () => [
    sample([1, 3, 4, 5], false, false),
    sample([2, 1, 3, 2], true, false),
    sample([1, 17, 9, 33], false, true),
    sample([1, 64, 32, 64], false, false),
    sample([1, 2, 300, 3], true, true),
  ],
});

/** A matrix transpose is read as its operand lies: that, and whether it is transposed. */
function asItLies(x: AnyTensor): { readonly x: AnyTensor; readonly transposed: boolean } {
  if ((x.node.op as unknown) !== transposeOp) return { x, transposed: false };
  const { axes } = x.node.params as { readonly axes: readonly number[] };
  const last = axes.length - 1;
  const isMatrix = axes.every((axis, i) => axis === (i === last ? last - 1 : i === last - 1 ? last : i));
  return isMatrix ? { x: x.node.inputs[0]!, transposed: true } : { x, transposed: false };
}

const checkMatmul = parameters("matmul", { a: kind.tensor, b: kind.tensor });

/**
 * Matrix product of the last two axes; leading axes broadcast.
 *
 * @param a - `(…, m, k)`, f32.
 * @param b - `(…, k, n)`, f32.
 * @returns `(…, m, n)`.
 * @throws ShapeError if a rank is below 2 or the inner sizes differ.
 * @example
 * ```ts
 * import { evaluateReference, matmul, tensor } from "deconfound";
 * console.log(String(await evaluateReference(matmul(tensor([[1, 2], [3, 4]]), tensor([[1], [10]]))).data())); // 21,43
 * ```
 */
export function matmul<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & Check<MatMul<A["shape"], B["shape"]>>,
): Product<A, B> {
  checkMatmul(arguments);
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
  const operand = ({ x }: { readonly x: AnyTensor }): AnyTensor => {
    const matrix = x.shape.slice(-2) as [number, number];
    return reshape(broadcastTo(x, [...batch, ...matrix]), [flat, ...matrix]);
  };
  const [left, right] = [asItLies(a), asItLies(b)];
  const y = product(operand(left), operand(right), left.transposed, right.transposed);
  return reshape(y, [...batch, m, n]) as AnyTensor as Product<A, B>;
}
