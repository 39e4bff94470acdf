import { ConfigError } from "../../../tensor/errors.ts";
import { abs, add, maximum, mul, square, sub } from "../../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import { zipTrees } from "../../../tensor/tree.ts";

/** How a curve leads through its bend: a quadratic Bézier curve is drawn towards it, a polygonal chain meets it at t = ½. */
export type CurveKind = "bezier" | "polygon";

/** A curve with one bend through the parameters of networks. */
export interface Curve<P> {
  readonly kind: CurveKind;
  readonly start: P;
  readonly bend: P;
  readonly end: P;
}

/**
 * A point of a curve.
 *
 *     bezier:   φ(t) = (1 − t)²·start + 2·t·(1 − t)·bend + t²·end
 *     polygon:  φ(t) = max(0, 1 − 2t)·start + (1 − |1 − 2t|)·bend + max(0, 2t − 1)·end
 *
 * So φ(0) is the start, φ(1) the end, and a gradient at φ(t) reaches the bend times its factor.
 *
 * Source: Garipov et al., Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs (NeurIPS 2018), equations 2 and 3.
 *
 * @param t - 0 … 1, a number or f32 `()`.
 * @throws ConfigError for a number outside 0 … 1, and for trees that do not match.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { pointOn } from "deconfound/backdoor";
 *
 * const curve = { kind: "bezier", start: { w: tensor(0) }, bend: { w: tensor(1) }, end: { w: tensor(4) } } as const;
 * console.log(await evaluateReference(pointOn(curve, 0.5).w).item()); // 1.5
 * ```
 */
export function pointOn<P extends object>({ kind, start, bend, end }: Curve<P>, t: AnyTensor | number): P {
  if (typeof t === "number" && !(t >= 0 && t <= 1)) throw new ConfigError(`pointOn: t is ${t}`, ["expects 0 … 1"]);
  const at = typeof t === "number" ? tensor(t) : t;
  const [a, b, c] = kind === "bezier" ? bezier(at) : polygon(at);
  return zipTrees(start, [bend, end], ([from, over, to]) => add(add(mul(from!, a), mul(over!, b)), mul(to!, c)));
}

type Factors = readonly [start: AnyTensor, bend: AnyTensor, end: AnyTensor];

function bezier(t: AnyTensor): Factors {
  const back = sub(1, t);
  return [square(back), mul(mul(back, t), 2), square(t)];
}

function polygon(t: AnyTensor): Factors {
  const from = sub(1, mul(t, 2)); // 1 at the start, 0 at the bend, −1 at the end
  return [maximum(from, 0), sub(1, abs(from)), maximum(mul(from, -1), 0)];
}
