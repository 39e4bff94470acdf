import { nextAxis } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply, apply1, defineOp } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import { slice } from "./slice.ts";
import { putAlongAxisOp } from "./take-along-axis.ts";

interface SortParams {
  readonly axis: number;
  readonly descending: boolean;
}

const sample = (shape: Shape, axis: number, descending: boolean): Sample<SortParams> => ({
  inputs: [{ shape, dtype: "f32", domain: { kind: "distinct" } }],
  params: { axis, descending },
});

/** Outputs: sorted values, and i32 positions that they came from. Stable, both ways: equal values keep their order. NaN last, both ways. */
export const sortOp: Op<SortParams> = defineOp<SortParams>({
  name: "sort",
  infer: ([x], { axis }) => {
    const dtype = checkDTypes("sort", [x!], ["f32", "i32", "u32"]);
    checkAxes("sort", x!, [axis]);
    return [
      { shape: x!.shape, dtype },
      { shape: x!.shape, dtype: "i32" },
    ];
  },
  kernel: { family: "sort" },
  reference: ({ inputs: [x], outputs: [values, indices], inputTypes: [type], params: { axis, descending } }) => {
    const n = type!.shape[axis]!;
    const inner = sizeOf(type!.shape.slice(axis + 1));
    const outer = sizeOf(type!.shape.slice(0, axis));
    const sign = descending ? -1 : 1;
    const order = new Int32Array(n);
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        const at = (k: number): number => (i * n + k) * inner + j;
        for (let k = 0; k < n; k++) order[k] = k;
        order.sort((a, b) => {
          const [u, v] = [x![at(a)]!, x![at(b)]!];
          return Number(Number.isNaN(u)) - Number(Number.isNaN(v)) || sign * (u - v) || a - b; // a difference of NaN or ∞ decides nothing
        });
        for (let k = 0; k < n; k++) {
          values![at(k)] = x![at(order[k]!)]!;
          indices![at(k)] = order[k]!;
        }
      }
    }
  },
  vjp: ({ g: [g], inputs: [x], outputs: [, indices], params: { axis } }) => [
    g == null || x!.dtype !== "f32" ? null : apply1(putAlongAxisOp, [g, indices!], { axis, size: x!.shape[axis]! }),
  ],
  batch: nextAxis,
  samples: () => [
    sample([6], 0, false),
    sample([3, 5], 1, true),
    sample([4, 2, 3], 0, false),
    sample([1], 0, true),
    sample([0, 2], 0, false),
  ],
});

export interface SortOptions {
  /** @defaultValue −1 */
  readonly axis?: number | undefined;
  /** Largest first. @defaultValue false */
  readonly descending?: boolean | undefined;
}

function sorted(op: string, x: AnyTensor, options: SortOptions): readonly [AnyTensor, AnyTensor] {
  const axis = normalizeAxis(op, options.axis ?? -1, x.shape.length);
  return apply(sortOp, [x], { axis, descending: options.descending ?? false }) as [AnyTensor, AnyTensor];
}

const checkSort = parameters("sort", { x: kind.tensor }, { axis: kind.axis, descending: kind.flag });

/**
 * Sorts along an axis; f32, i32 or u32. NaN comes last, also when descending. Equal values keep their order, as do zeros of both signs.
 * The gradient goes back to the places that the values came from.
 * @example
 * ```ts
 * import { evaluateReference, sort, tensor } from "deconfound";
 * console.log(String(await evaluateReference(sort(tensor([30, 10, 20]), { descending: true })).data())); // 30,20,10
 * ```
 */
export function sort<S extends Shape, D extends DType>(x: Tensor<S, D>, options?: SortOptions): Tensor<S, D>;
export function sort(x: AnyTensor, options: SortOptions = {}): AnyTensor {
  checkSort(arguments);
  return sorted("sort", x, options)[0];
}

const checkArgsort = parameters("argsort", { x: kind.tensor }, { axis: kind.axis, descending: kind.flag });

/**
 * i32 positions that would sort `x` along an axis. Stable: equal values keep their order, and NaN comes last, also when descending.
 * No gradient.
 * @example
 * ```ts
 * import { argsort, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(argsort(tensor([30, 10, 20]))).data())); // 1,2,0
 * ```
 */
export function argsort<S extends Shape>(x: Tensor<S, DType>, options?: SortOptions): Tensor<S, "i32">;
export function argsort(x: AnyTensor, options: SortOptions = {}): AnyTensor {
  checkArgsort(arguments);
  return sorted("argsort", x, options)[1];
}

const checkTopK = parameters("topK", { x: kind.tensor }, { k: required(kind.number), axis: kind.axis });

/**
 * The `k` largest elements along an axis, largest first, and their i32 positions; of equal ones the first. NaN comes after all numbers.
 * The gradient goes back to the places that the values came from.
 *
 * @param options.k - 0 … size of the axis.
 * @param options.axis - @defaultValue −1
 * @example
 * ```ts
 * import { evaluateReference, tensor, topK } from "deconfound";
 *
 * const { values, indices } = topK(tensor([30, 10, 20]), { k: 2 });
 * console.log(String(await evaluateReference(values).data())); // 30,20
 * console.log(String(await evaluateReference(indices).data())); // 0,2
 * ```
 */
export function topK<D extends DType>(
  x: Tensor<Shape, D>,
  options: { k: number; axis?: number | undefined },
): { values: Tensor<Shape, D>; indices: Tensor<Shape, "i32"> };
export function topK(
  x: AnyTensor,
  options: { k: number; axis?: number | undefined },
): { values: AnyTensor; indices: AnyTensor } {
  checkTopK(arguments);
  const axis = normalizeAxis("topK", options.axis ?? -1, x.shape.length);
  const n = x.shape[axis]!;
  if (!Number.isInteger(options.k) || options.k < 0 || options.k > n) {
    throw new ConfigError(
      `topK: k is ${options.k}, axis ${axis} has ${n} elements`,
      [`expects 0 … ${n}`],
      captureSite(),
    );
  }
  const [values, indices] = sorted("topK", x, { axis, descending: true });
  return { values: slice(values, { axis, stop: options.k }), indices: slice(indices, { axis, stop: options.k }) };
}
