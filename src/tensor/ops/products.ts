import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { mul, sub } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { checkRank } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { roll } from "./roll.ts";
import type { Beside } from "./signatures.ts";
import { transpose } from "./transpose.ts";

const checkOuter = parameters("outer", { a: kind.tensor, b: kind.tensor });

/**
 * All products of two vectors: aᵢbⱼ.
 *
 * @throws ShapeError for other ranks.
 * @example
 * ```ts
 * import { evaluateReference, outer, tensor } from "deconfound";
 * console.log(String(await evaluateReference(outer(tensor([1, 2]), tensor([10, 100]))).data())); // 10,100,20,200
 * ```
 */
export function outer<N extends number, M extends number, D extends DType>(
  a: Tensor<readonly [N], D>,
  b: Tensor<readonly [M], D>,
): Tensor<[N, M], D>;
export function outer<D extends DType>(a: Tensor<Shape, D>, b: Tensor<Shape, D>): Tensor<[number, number], D>;
export function outer(a: AnyTensor, b: AnyTensor): AnyTensor {
  checkOuter(arguments);
  checkRank("outer", a, 1);
  checkRank("outer", b, 1);
  return mul(reshape(a, [a.shape[0]!, 1]), b);
}

const checkKron = parameters("kron", { a: kind.tensor, b: kind.tensor });

/**
 * The Kronecker product: each element of `a` times the whole of `b`, size n·m along each axis. Ranks must be equal.
 *
 * @throws ShapeError if the ranks differ.
 * @example
 * ```ts
 * import { evaluateReference, kron, tensor } from "deconfound";
 * console.log(String(await evaluateReference(kron(tensor([1, 10]), tensor([1, 2]))).data())); // 1,2,10,20
 * ```
 */
export function kron<D extends DType>(a: Tensor<Shape, D>, b: Tensor<Shape, D>): Tensor<Shape, D>;
export function kron(a: AnyTensor, b: AnyTensor): AnyTensor {
  checkKron(arguments);
  checkRank("kron", b, a.shape.length);
  const left = a.shape.flatMap((n) => [n, 1]);
  const right = b.shape.flatMap((n) => [1, n]);
  const product = mul(reshape<AnyTensor, Shape>(a, left), reshape<AnyTensor, Shape>(b, right));
  return reshape<AnyTensor, Shape>(
    product,
    a.shape.map((n, axis) => n * b.shape[axis]!),
  );
}

const checkTensordot = parameters("tensordot", { a: kind.tensor, b: kind.tensor }, { axes: kind.anything });

/**
 * Sums of products over paired axes: the last `axes` of `a` with the first of `b`, or two lists of axes. One matrix product.
 *
 * @param a - f32.
 * @param b - f32.
 * @param options.axes - a number of axes, or `[axes of a, axes of b]`. @defaultValue 2
 * @returns the axes left of `a`, then those of `b`.
 * @throws ShapeError if axes are not there or their sizes differ.
 * @example
 * ```ts
 * import { evaluateReference, tensor, tensordot } from "deconfound";
 * console.log(await evaluateReference(tensordot(tensor([[1, 2], [3, 4]]), tensor([[1, 0], [0, 1]]))).item()); // 5
 * ```
 */
export function tensordot(
  a: AnyTensor,
  b: AnyTensor,
  options: { axes?: number | readonly [readonly number[], readonly number[]] | undefined } = {},
): Tensor {
  checkTensordot(arguments);
  const { axes = 2 } = options;
  const isCount = typeof axes === "number" && Number.isInteger(axes) && axes >= 0;
  const pair = Array.isArray(axes) ? (axes as readonly (readonly number[])[]) : undefined;
  const refuse = (): never => {
    throw new ShapeError(
      "tensordot: the axes do not pair",
      [`a  ${formatType(a)}   b  ${formatType(b)}   expects a number of axes, or [axes of a, axes of b]`],
      captureSite(),
    );
  };
  if (
    !(isCount && axes <= Math.min(a.shape.length, b.shape.length)) &&
    !(pair?.length === 2 && pair.every(Array.isArray))
  ) {
    refuse();
  }
  const counted = (from: number): number[] => Array.from({ length: axes as number }, (_, i) => from + i);
  const [left, right] = pair ?? [counted(a.shape.length - (axes as number)), counted(0)];
  const ofA = left!.map((axis) => normalizeAxis("tensordot", axis, a.shape.length));
  const ofB = right!.map((axis) => normalizeAxis("tensordot", axis, b.shape.length));
  const isDistinct = new Set(ofA).size === ofA.length && new Set(ofB).size === ofB.length;
  if (ofA.length !== ofB.length || !isDistinct || ofA.some((axis, i) => a.shape[axis] !== b.shape[ofB[i]!])) refuse();
  const rest = (x: AnyTensor, used: readonly number[]): number[] =>
    x.shape.flatMap((_, axis) => (used.includes(axis) ? [] : [axis]));
  const [restA, restB] = [rest(a, ofA), rest(b, ofB)];
  const sizes = (x: AnyTensor, list: readonly number[]): number[] => list.map((axis) => x.shape[axis]!);
  const inner = sizeOf(sizes(a, ofA));
  const rows = reshape<AnyTensor, Shape>(transpose(a, { axes: [...restA, ...ofA] }), [sizeOf(sizes(a, restA)), inner]);
  const columns = reshape<AnyTensor, Shape>(transpose(b, { axes: [...ofB, ...restB] }), [
    inner,
    sizeOf(sizes(b, restB)),
  ]);
  return reshape<AnyTensor, Shape>(matmul(rows, columns), [...sizes(a, restA), ...sizes(b, restB)]) as Tensor;
}

const checkCross = parameters("cross", { a: kind.tensor, b: kind.tensor });

/**
 * The cross product of vectors of three along the last axis; the other axes broadcast.
 *
 * @throws ShapeError if the last axis has another size.
 * @example
 * ```ts
 * import { cross, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cross(tensor([1, 0, 0]), tensor([0, 1, 0]))).data())); // 0,0,1
 * ```
 */
export function cross<D extends DType>(a: Tensor<Shape, D>, b: Tensor<Shape, D>): Tensor<Shape, D>;
export function cross(a: AnyTensor, b: AnyTensor): AnyTensor {
  checkCross(arguments);
  if (a.shape.at(-1) !== 3 || b.shape.at(-1) !== 3) {
    throw new ShapeError("cross: needs vectors of three", [`a  ${formatType(a)}   b  ${formatType(b)}`], captureSite());
  }
  const next = (x: AnyTensor, shift: number): AnyTensor => roll(x, { shift, axis: -1 });
  return sub(mul(next(a, -1), next(b, -2)), mul(next(a, -2), next(b, -1)));
}

const checkVecdot = parameters("vecdot", { a: kind.tensor, b: kind.tensor }, { axis: kind.axis });

/**
 * Σ aᵢbᵢ along an axis, the others broadcast. @defaultValue axis −1
 *
 * @throws ShapeError if the shapes do not broadcast, or the sizes along the axis differ.
 * @example
 * ```ts
 * import { evaluateReference, tensor, vecdot } from "deconfound";
 * console.log(String(await evaluateReference(vecdot(tensor([[1, 2], [3, 4]]), tensor([10, 1]))).data())); // 12,34
 * ```
 */
export function vecdot<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & Beside<A, B>,
  options?: { axis?: number | undefined },
): Tensor<Shape, A["dtype"]>;
export function vecdot(a: AnyTensor, b: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkVecdot(arguments);
  const { axis = -1 } = options;
  const sizes = [a, b].map((x) => x.shape[normalizeAxis("vecdot", axis, x.shape.length)]);
  if (sizes[0] !== sizes[1]) {
    throw new ShapeError(
      `vecdot: lengths differ, ${sizes[0]} and ${sizes[1]}`,
      [`a  ${formatType(a)}   b  ${formatType(b)}`],
      captureSite(),
    );
  }
  return sum(mul(a, b), { axis });
}
