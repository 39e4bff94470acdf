import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { extrapolate } from "./differences.ts";
import { hostValues } from "./inner-product.ts";
import type { Loss } from "./scalar-function.ts";

/** d/dt loss(x + t·v) at t = 0 by adaptive differences of the whole program, and how far off that may be. */
export function slopeAlong(
  loss: Loss,
  x: readonly AnyTensor[],
  v: readonly Float64Array[],
): { value: number; error: number } {
  const base = x.map(hostValues);
  // a step of 1 takes the nearest element through its own size
  const scale = base.reduce(
    (least, values, k) =>
      values.reduce(
        (sofar, value, i) => (v[k]![i] === 0 ? sofar : Math.min(sofar, (Math.abs(value) || 1) / Math.abs(v[k]![i]!))),
        least,
      ),
    Number.POSITIVE_INFINITY,
  );
  if (!Number.isFinite(scale)) return { value: 0, error: 0 };
  const at = (t: number): number =>
    hostValues(
      loss(
        x.map((tensor, k) =>
          hostLeaf(
            tensor,
            base[k]!.map((value, i) => value + t * scale * v[k]![i]!),
          ),
        ),
      ),
    )[0]!;
  const noise = (Math.abs(at(0)) * 2 ** -46) / scale;
  const { value, error } = extrapolate((t) => Float64Array.of((at(t) - at(-t)) / (2 * t * scale)), [noise]);
  return { value: value[0]!, error: error[0]! };
}
