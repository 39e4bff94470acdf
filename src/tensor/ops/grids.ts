import type { DType } from "../dtype.ts";
import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Known } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { hostLeaf } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { checkRank } from "./operand.ts";
import { reshape } from "./reshape.ts";

const checkLinspace = parameters(
  "linspace",
  { start: kind.finite, stop: kind.finite },
  { count: required(kind.count), endpoint: kind.flag },
);

/**
 * `count` f32 numbers from `start` to `stop` at equal distances.
 *
 * @param options.count - ≥ 0.
 * @param options.endpoint - whether `stop` is the last one; otherwise it would be the next. @defaultValue true
 * @example
 * ```ts
 * import { evaluateReference, linspace } from "deconfound";
 * console.log(String(await evaluateReference(linspace(0, 1, { count: 5 })).data())); // 0,0.25,0.5,0.75,1
 * ```
 */
export function linspace<const N extends number>(
  start: number,
  stop: number,
  options: { count: N; endpoint?: boolean | undefined },
): Tensor<[Known<N>]>;
export function linspace(
  start: number,
  stop: number,
  options: { count: number; endpoint?: boolean | undefined },
): AnyTensor {
  checkLinspace(arguments);
  const { count, endpoint = true } = options;
  const steps = endpoint ? count - 1 : count;
  const data = Float32Array.from({ length: count }, (_, i) =>
    i === steps ? stop : start + (steps === 0 ? 0 : (i / steps) * (stop - start)),
  );
  if (count === 1) data[0] = start;
  if (!data.every(Number.isFinite)) {
    throw new ConfigError(`linspace: f32 cannot hold ${start} to ${stop}`, [], captureSite());
  }
  return hostLeaf({ shape: [count], dtype: "f32" }, data);
}

const checkMeshgrid = parameters("meshgrid", { vectors: kind.tensors }, { indexing: kind.oneOf("xy", "ij") });

/**
 * The coordinates of a grid: for vectors of lengths n₀, n₁ … one tensor each, in which only its own axis varies.
 *
 * @param vectors - of rank 1.
 * @param options.indexing - `ij`: shape (n₀, n₁, …); `xy`: the first two axes change places, as on a picture. @defaultValue "xy"
 * @throws ShapeError for other ranks.
 * @example
 * ```ts
 * import { arange, evaluateReference, meshgrid } from "deconfound";
 * const [x, y] = meshgrid([arange(3), arange(2)]);
 * console.log(String(await evaluateReference(x!).data()), String(await evaluateReference(y!).data())); // 0,1,2,0,1,2 0,0,0,1,1,1
 * ```
 */
export function meshgrid<D extends DType>(
  vectors: readonly Tensor<Shape, D>[],
  options?: { indexing?: "xy" | "ij" | undefined },
): Tensor<Shape, D>[];
export function meshgrid(
  vectors: readonly AnyTensor[],
  options: { indexing?: "xy" | "ij" | undefined } = {},
): AnyTensor[] {
  checkMeshgrid(arguments);
  for (const vector of vectors) checkRank("meshgrid", vector, 1);
  const isSwapped = (options.indexing ?? "xy") === "xy" && vectors.length > 1;
  const places = vectors.map((_, i) => (isSwapped && i < 2 ? 1 - i : i));
  const shape: number[] = [];
  vectors.forEach((vector, i) => {
    shape[places[i]!] = vector.shape[0]!;
  });
  return vectors.map((vector, i) => {
    const along = shape.map((_, axis) => (axis === places[i] ? vector.shape[0]! : 1));
    return broadcastTo(reshape(vector, along), shape);
  });
}
