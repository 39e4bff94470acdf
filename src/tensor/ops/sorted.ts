import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxes, sizeOf } from "../shape.ts";
import type { Check, Reduce } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { reductionParameters } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { full, ones } from "./creation.ts";
import {
  add,
  div,
  equal,
  floor,
  greater,
  greaterEqual,
  isNaN,
  lessEqual,
  logicalAnd,
  logicalNot,
  minimum,
  mul,
  sub,
} from "./elementwise.ts";
import { gather, scatterAdd } from "./gather.ts";
import { checkDTypes, checkNotEmpty, checkRank } from "./operand.ts";
import { reshape, squeeze } from "./reshape.ts";
import { where } from "./select.ts";
import type { Reduced, ReduceOptions, Reduction } from "./signatures.ts";
import { slice } from "./slice.ts";
import { sort } from "./sort.ts";
import { transpose } from "./transpose.ts";

// What is read off sorted values.

const checkSearchSorted = parameters(
  "searchSorted",
  { sorted: kind.tensor, values: kind.tensor },
  { side: kind.oneOf("left", "right") },
);

/**
 * Where each value would be put into ascending numbers: how many of them are below it. By halving, ⌈log₂ n⌉ reads. NaN: n.
 *
 * @param sorted - `(n)`, ascending; f32, i32 or u32.
 * @param values - any shape, of the same dtype.
 * @param options.side - `right`: how many are not above it. @defaultValue "left"
 * @returns i32, the shape of `values`. No gradient.
 * @example
 * ```ts
 * import { evaluateReference, searchSorted, tensor } from "deconfound";
 * console.log(String(await evaluateReference(searchSorted(tensor([1, 3, 5]), tensor([0, 3, 9]))).data())); // 0,1,3
 * ```
 */
export function searchSorted<S extends Shape>(
  sorted: AnyTensor,
  values: { readonly shape: S } & AnyTensor,
  options?: { side?: "left" | "right" | undefined },
): Tensor<S, "i32">;
export function searchSorted(
  sorted: AnyTensor,
  values: AnyTensor,
  options: { side?: "left" | "right" | undefined } = {},
): AnyTensor {
  checkSearchSorted(arguments);
  checkDTypes("searchSorted", [sorted, values], ["f32", "i32", "u32"]);
  checkRank("searchSorted", sorted, 1);
  const n = sorted.shape[0]!;
  const isRight = options.side === "right";
  let place: AnyTensor = full(values.shape, 0, { dtype: "i32" });
  for (let step = 2 ** Math.floor(Math.log2(Math.max(n, 1))); step >= 1 && n > 0; step /= 2) {
    const next = add(place, step);
    const there = gather(sorted, sub(minimum(next, n), 1));
    // not "is below": NaN goes to the end
    const isBehind = isRight ? greater(there, values) : greaterEqual(there, values);
    place = where(logicalAnd(lessEqual(next, n), logicalNot(isBehind)), next, place);
  }
  return place;
}

const checkQuantile = parameters(
  "quantile",
  { x: kind.tensor },
  { q: required(kind.share), axis: kind.axes, keepDims: kind.flag },
);

/**
 * The q-quantile over the axes, linear between the two nearest of the sorted values; NaN if an element is NaN. f32. The gradient goes to
 * these two.
 *
 * @param options.q - in [0, 1].
 * @throws ShapeError over an empty axis.
 * @see numpy.quantile
 * @example
 * ```ts
 * import { evaluateReference, quantile, tensor } from "deconfound";
 * console.log(await evaluateReference(quantile(tensor([4, 1, 3, 2]), { q: 0.25 })).item()); // 1.75
 * ```
 */
export function quantile<X extends AnyTensor, const O extends ReduceOptions & { readonly q: number }>(
  x: X,
  options: O & Check<Reduce<X["shape"], O>>,
): Reduced<X, O, "f32">;
export function quantile(x: AnyTensor, options: ReduceOptions & { readonly q: number }): AnyTensor {
  checkQuantile(arguments);
  checkDTypes("quantile", [x], ["f32"]);
  const axes = normalizeAxes("quantile", options.axis, x.shape.length);
  checkNotEmpty("quantile", x, axes);
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  const shape = kept.map((axis) => x.shape[axis]!);
  const order = [...kept, ...axes];
  const rows = reshape<AnyTensor, Shape>(transpose<AnyTensor, readonly number[]>(x, { axes: order }), [
    ...shape,
    count,
  ]);
  const sorted = sort(rows as Tensor);
  const at = (place: number): Tensor =>
    squeeze(slice(sorted, { axis: -1, start: place, stop: place + 1 }), { axis: -1 }) as Tensor;
  const place = options.q * (count - 1);
  const [low, high] = [at(Math.floor(place)), at(Math.ceil(place))];
  const share = place - Math.floor(place);
  const value = share === 0 ? low : add(mul(low, 1 - share), mul(high, share));
  const last = at(count - 1);
  const all = where(isNaN(last), last, value as Tensor); // NaN is sorted to the end
  return options.keepDims === true
    ? reshape<AnyTensor, Shape>(
        all,
        x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
      )
    : all;
}

const checkMedian = reductionParameters("median");

/**
 * The median over the axes, the mean of both middle values where their number is even; NaN if an element is NaN. f32.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, median, tensor } from "deconfound";
 * console.log(String(await evaluateReference(median(tensor([[5, 1, 3], [2, 2, 9]]), { axis: 1 })).data())); // 3,2
 * ```
 */
export const median: Reduction = function median(x: AnyTensor, options: ReduceOptions = {}): AnyTensor {
  checkMedian(arguments);
  const axis = normalizeAxes("median", options.axis, x.shape.length);
  return quantile(x, { ...options, axis, q: 0.5 }) as AnyTensor;
} as Reduction;

const checkHistogram = parameters(
  "histogram",
  { x: kind.tensor },
  { bins: required(kind.count), from: required(kind.finite), to: required(kind.finite) },
);

/**
 * How many elements lie in each of `bins` equal parts of from … to; the last part holds `to` too, what lies outside is not counted. Told by
 * ⌊(x − from)·bins/(to − from)⌋ in f32.
 *
 * @param x - f32, any shape.
 * @param options.bins - ≥ 1.
 * @returns `(bins)`, i32. No gradient.
 * @throws ConfigError unless bins ≥ 1 and from < to.
 * @example
 * ```ts
 * import { evaluateReference, histogram, tensor } from "deconfound";
 * const counts = histogram(tensor([0.1, 0.2, 0.9, 1, 7]), { bins: 2, from: 0, to: 1 });
 * console.log(String(await evaluateReference(counts).data())); // 2,2
 * ```
 */
export function histogram(x: AnyTensor, options: { bins: number; from: number; to: number }): Tensor<[number], "i32"> {
  checkHistogram(arguments);
  checkDTypes("histogram", [x], ["f32"]);
  const { bins, from, to } = options;
  if (!(bins >= 1 && from < to)) {
    throw new ConfigError(
      `histogram: ${bins} bins from ${from} to ${to}`,
      ["expects bins ≥ 1 and from < to"],
      captureSite(),
    );
  }
  const flat = reshape<AnyTensor, Shape>(x, [sizeOf(x.shape)]);
  const place = floor(mul(div(sub(flat, from), to - from), bins) as Tensor);
  const isInside = logicalAnd(greaterEqual(flat, from), lessEqual(flat, to));
  const part = where(equal(flat, to), bins - 1, minimum(place, bins - 1) as Tensor);
  const places = cast(where(isInside, part as Tensor, bins), "i32"); // one beyond the last adds nothing
  return scatterAdd(ones(flat.shape, { dtype: "i32" }), places, { size: bins }) as Tensor<[number], "i32">;
}
