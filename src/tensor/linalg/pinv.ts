import * as kind from "../kinds.ts";
import type { Turned } from "../matrix-types.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { add, div, mul, sub } from "../ops/elementwise.ts";
import { checkRank } from "../ops/operand.ts";
import { expandDims } from "../ops/reshape.ts";
import { where } from "../ops/select.ts";
import { parameters } from "../parameters.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { checkMatrix, product, stacked, unstacked } from "./matrices.ts";
import type { RankOptions } from "./svd.ts";
import { counting, thinSvd } from "./svd.ts";

const sample = (count: number, n: number, m: number): Sample<RankOptions> => ({
  inputs: [{ shape: [count, n, m], dtype: "f32" }],
  params: {},
});

/** P = V·diag(1/σ)·Uᵀ. Fused for its derivative, which is right also where singular values are equal. */
export const pinvOp: Op<RankOptions> = defineOp<RankOptions>({
  name: "pinv",
  infer: ([a]) => {
    checkRank("pinv", a!, 3);
    const [rows, columns] = checkMatrix("pinv", a!);
    return [{ shape: [a!.shape[0]!, columns, rows], dtype: "f32" }];
  },
  expand: ([a], options) => {
    const [u, values, v] = thinSvd(a!);
    const counted = counting(values, checkMatrix("pinv", a!), options);
    const inverse = where(counted, div(1, where(counted, values, 1)), 0) as Tensor;
    return [product(mul(v, expandDims(inverse, { axis: 1 })), u, { transposeB: true })];
  },
  // dP = −P·dA·P + P·Pᵀ·dAᵀ·(1 − A·P) + (1 − P·A)·dAᵀ·Pᵀ·P
  vjp: ({ g: [g], inputs: [a], outputs: [p] }) => {
    const gA = product(product(p!, g!, { transposeA: true }), p!, { transposeB: true }); // Pᵀ·g·Pᵀ
    const byRows = product(product(g!, p!, { transposeA: true }), p!, { transposeB: true }); // gᵀ·P·Pᵀ
    const byColumns = product(product(p!, p!, { transposeA: true }), g!, { transposeB: true }); // Pᵀ·P·gᵀ
    const outside = sub(byRows, product(product(a!, p!), byRows));
    const beside = sub(byColumns, product(product(byColumns, p!), a!));
    return [sub(add(outside, beside), gA)];
  },
  samples: () => [sample(2, 3, 2), sample(1, 2, 4), sample(1, 3, 3), sample(1, 1, 1), sample(1, 2, 0), sample(0, 2, 2)],
});

const checkPinv = parameters("pinv", { a: kind.tensor }, { tolerance: kind.notNegative });

/**
 * Pseudoinverses of Moore and Penrose, V·diag(1/σ)·Uᵀ over the singular values above a share of the largest. `pinv(a)·b` is the shortest
 * of the least-squares solutions of A·X = B. The derivative takes the rank as constant.
 *
 * @param a - `(…, n, m)`, f32.
 * @returns `(…, m, n)`.
 * @throws ShapeError below rank 2.
 * @see G. H. Golub, V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate
 * (1973), eq. 4.12
 * @example
 * ```ts
 * import { evaluateReference, pinv, tensor } from "deconfound";
 * const values = await evaluateReference(pinv(tensor([[2, 0], [0, 0]]))).data();
 * console.log([...values].map((value) => value.toFixed(1)).join(" ")); // 0.5 0.0 0.0 0.0
 * ```
 */
export function pinv<A extends AnyTensor>(a: A, options?: RankOptions): Tensor<Turned<A["shape"]>>;
export function pinv(a: AnyTensor, options: RankOptions = {}): AnyTensor {
  checkPinv(arguments);
  checkMatrix("pinv", a);
  const { tolerance } = options;
  const inverse = apply1(pinvOp, [stacked(a)], tolerance === undefined ? {} : { tolerance });
  return unstacked(inverse, a.shape.slice(0, -2));
}
