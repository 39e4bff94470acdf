import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { checkShape, normalizeAxis, sameShape, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { accumulate } from "./accumulate.ts";
import { arange } from "./creation.ts";
import { add, greaterEqual, less, logicalAnd, mul } from "./elementwise.ts";
import { foldRows, unfoldRows } from "./fold-batch.ts";
import { checkIndices } from "./indices.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import { transpose } from "./transpose.ts";

interface GatherParams {
  readonly axis: number;
}

interface ScatterParams {
  readonly axis: number;
  /** Size of the result's axis. */
  readonly size: number;
}

const numeric: readonly DType[] = ["f32", "i32", "u32"];

const gatherSample = (x: Shape, indices: Shape, axis: number): Sample<GatherParams> => ({
  inputs: [
    { shape: x, dtype: "f32" },
    { shape: indices, dtype: "i32", domain: { kind: "integer", below: x[axis]! } },
  ],
  params: { axis },
});

const scatterSample = (x: Shape, indices: Shape, axis: number, size: number): Sample<ScatterParams> => ({
  inputs: [
    { shape: x, dtype: "f32" },
    { shape: indices, dtype: "i32", domain: { kind: "integer", below: size } },
  ],
  params: { axis, size },
});

/** Indices (s, …i) into tables of n rows each as indices into one table of s·n rows; −1 for one outside its own. */
function rowsOf(indices: AnyTensor, n: number): AnyTensor {
  const first = reshape(
    mul(arange(indices.shape[0]!, { dtype: "i32" }), n),
    indices.shape.map((count, axis) => (axis === 0 ? count : 1)),
  );
  return where(logicalAnd(greaterEqual(indices, 0), less(indices, n)), add(indices, first), -1);
}

/** Takes `count` axes from one place to another. @param to - where the first of them is in the result. */
function moveAxes(
  x: AnyTensor,
  { from, count, to }: { readonly from: number; readonly count: number; readonly to: number },
): AnyTensor {
  const all = x.shape.map((_, axis) => axis);
  const moved = all.splice(from, count);
  all.splice(to, 0, ...moved);
  return transpose(x, { axes: all });
}

const moveAxis = (x: AnyTensor, from: number, to: number): AnyTensor => moveAxes(x, { from, count: 1, to });

/** x (…a, n, …b), indices (…i) → (…a, …i, …b). An index outside 0 … n−1 reads 0. */
export const gatherOp: Op<GatherParams> = defineOp<GatherParams>({
  name: "gather",
  infer: ([x, indices], { axis }) => {
    checkAxes("gather", x!, [axis]);
    checkDTypes("gather", [indices!], ["i32"]);
    const shape = [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)];
    return [{ shape, dtype: checkDTypes("gather", [x!], [...numeric, "bool"]) }];
  },
  kernel: { family: "gather" },
  reference: ({ inputs: [x, indices], outputs: [y], inputTypes: [type], params: { axis } }) => {
    const n = type!.shape[axis]!;
    const inner = sizeOf(type!.shape.slice(axis + 1));
    const outer = sizeOf(type!.shape.slice(0, axis));
    for (let i = 0; i < outer; i++) {
      for (let k = 0; k < indices!.length; k++) {
        const index = indices![k]!;
        if (index < 0 || index >= n) continue;
        const from = (i * n + index) * inner;
        const to = (i * indices!.length + k) * inner;
        for (let j = 0; j < inner; j++) y![to + j] = x![from + j]!;
      }
    }
  },
  vjp: ({ g: [g], inputs: [x, indices], params: { axis } }) => [
    x!.dtype === "f32" ? apply1(scatterAddOp, [g!, indices!], { axis, size: x!.shape[axis]! }) : null,
    null,
  ],
  batch: {
    outputs: ({ inputs: [x, indices], batched, params: { axis } }) => {
      if (!batched[1]) return [apply1(gatherOp, [x!, indices!], { axis: axis + 1 })];
      if (!batched[0]) return [moveAxis(apply1(gatherOp, [x!, indices!], { axis }), axis, 0)];
      const rows = moveAxis(x!, axis + 1, 1); // (s, n, …a, …b)
      const y = apply1(gatherOp, [foldRows(rows), rowsOf(indices!, rows.shape[1]!)], { axis: 0 }); // (s, …i, …a, …b)
      return [moveAxes(y, { from: 1, count: indices!.shape.length - 1, to: axis + 1 })];
    },
  },
  linear: [0],
  samples: () => [
    gatherSample([5], [7], 0),
    gatherSample([4, 3], [2, 2], 0),
    gatherSample([2, 6, 3], [4], 1),
    gatherSample([3, 2], [], 1),
    gatherSample([3, 2], [0], 0),
  ],
});

/** x (…a, …i, …b), indices (…i) → (…a, size, …b): each slice is added to the place that its index names. An index outside 0 … size−1 adds nothing. */
export const scatterAddOp: Op<ScatterParams> = defineOp<ScatterParams>({
  name: "scatterAdd",
  infer: ([x, indices], { axis, size }) => {
    const dtype = checkDTypes("scatterAdd", [x!], numeric);
    checkDTypes("scatterAdd", [indices!], ["i32"]);
    checkShape("scatterAdd", [size]);
    const end = axis + indices!.shape.length;
    if (!sameShape(x!.shape.slice(axis, end), indices!.shape)) {
      throw new ShapeError(
        `scatterAdd: the axes of ${formatType(x!)} from ${axis} on are not those of the indices ${formatType(indices!)}`,
        ["expects x (…a, …i, …b), indices (…i) → (…a, size, …b)"],
        captureSite(),
      );
    }
    return [{ shape: [...x!.shape.slice(0, axis), size, ...x!.shape.slice(end)], dtype }];
  },
  kernel: { family: "scatterAdd" },
  flops: ([x]) => sizeOf(x!.shape),
  reference: ({ inputs: [x, indices], outputs: [y], outputTypes: [type], params: { axis, size } }) => {
    const inner = sizeOf(type!.shape.slice(axis + 1));
    const outer = sizeOf(type!.shape.slice(0, axis));
    accumulate(y!, (sums) => {
      for (let i = 0; i < outer; i++) {
        for (let k = 0; k < indices!.length; k++) {
          const index = indices![k]!;
          if (index < 0 || index >= size) continue;
          const from = (i * indices!.length + k) * inner;
          const to = (i * size + index) * inner;
          for (let j = 0; j < inner; j++) sums[to + j]! += x![from + j]!;
        }
      }
    });
  },
  vjp: ({ g: [g], inputs: [, indices], params: { axis } }) => [apply1(gatherOp, [g!, indices!], { axis }), null],
  batch: {
    outputs: ({ inputs: [, indices], batched, whole: [x], size, params: { axis, size: n } }) => {
      if (!batched[1]) return [apply1(scatterAddOp, [x!, indices!], { axis: axis + 1, size: n })];
      const rows = moveAxes(x!, { from: axis + 1, count: indices!.shape.length - 1, to: 1 }); // (s, …i, …a, …b)
      const y = apply1(scatterAddOp, [rows, rowsOf(indices!, n)], { axis: 0, size: size * n });
      return [moveAxis(unfoldRows(y, size), 1, axis + 1)];
    },
  },
  linear: [0],
  samples: () => [
    scatterSample([7], [7], 0, 4),
    scatterSample([2, 2, 3], [2, 2], 0, 5),
    scatterSample([2, 4, 3], [4], 1, 6),
    scatterSample([3], [], 1, 2),
    scatterSample([0, 2], [0], 0, 3),
  ],
});

const checkGather = parameters("gather", { x: kind.tensor, indices: kind.indices }, { axis: kind.axis });

/**
 * Slices of `x` by number: axis `axis` is replaced by the axes of `indices`. NumPy's and PyTorch's `take`.
 *
 * @param x - `(…a, n, …b)`, any dtype that computes.
 * @param indices - `(…i)`, i32. One outside 0 … n−1 (negative ones too) throws when the indices are known on the host, and reads 0 otherwise. No gradient.
 * @returns `(…a, …i, …b)`. @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, gather, tensor } from "deconfound";
 * const rows = tensor([1, 0, 1], { dtype: "i32" });
 * console.log(String(await evaluateReference(gather(tensor([[1, 2], [3, 4]]), rows)).data())); // 3,4,1,2,3,4
 * ```
 */
export function gather<D extends DType>(
  x: Tensor<Shape, D>,
  indices: AnyTensor,
  options?: { axis?: number | undefined },
): Tensor<Shape, D>;
export function gather(x: AnyTensor, indices: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkGather(arguments);
  const axis = normalizeAxis("gather", options.axis ?? 0, x.shape.length);
  checkIndices("gather", indices, x.shape[axis]!);
  return apply1(gatherOp, [x, indices], { axis });
}

/**
 * {@link gather}, by NumPy's name.
 * @example
 * ```ts
 * import { evaluateReference, take, tensor } from "deconfound";
 * console.log(String(await evaluateReference(take(tensor([10, 20, 30]), tensor([2, 0], { dtype: "i32" }))).data())); // 30,10
 * ```
 */
export const take: typeof gather = gather;

const checkScatterAdd = parameters(
  "scatterAdd",
  { x: kind.tensor, indices: kind.indices },
  { size: required(kind.number), axis: kind.axis },
);

/**
 * Adds slices of `x` into zeros at the places that `indices` name; equal indices add up, in a fixed order. The transpose of {@link gather}.
 * Work grows as the slices times the logarithm of `size`, whatever the indices are.
 *
 * @param x - `(…a, …i, …b)`, f32, i32 or u32.
 * @param indices - `(…i)`, i32. One outside 0 … size−1 throws when the indices are known on the host, and adds nothing otherwise. No gradient.
 * @param options.size - size of the axis that replaces the indices' axes.
 * @returns `(…a, size, …b)`. @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, scatterAdd, tensor } from "deconfound";
 * const places = tensor([1, 0, 1], { dtype: "i32" });
 * console.log(String(await evaluateReference(scatterAdd(tensor([10, 20, 30]), places, { size: 3 })).data())); // 20,40,0
 * ```
 */
export function scatterAdd<D extends DType>(
  x: Tensor<Shape, D>,
  indices: AnyTensor,
  options: { size: number; axis?: number | undefined },
): Tensor<Shape, D>;
export function scatterAdd(
  x: AnyTensor,
  indices: AnyTensor,
  options: { size: number; axis?: number | undefined },
): AnyTensor {
  checkScatterAdd(arguments);
  const rank = x.shape.length - indices.shape.length + 1;
  const axis = normalizeAxis("scatterAdd", options.axis ?? 0, Math.max(1, rank));
  checkIndices("scatterAdd", indices, options.size);
  return apply1(scatterAddOp, [x, indices], { axis, size: options.size });
}
