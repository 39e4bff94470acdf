import type { Tensor } from "../../tensor/tensor.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { Points } from "../estimator.ts";

/** Where a feature lies and how far it spreads. */
interface Scale {
  readonly middle: number;
  readonly spread: number;
}

/** Median and quartiles of each feature: they exist where mean and variance do not. A feature that hardly varies is left alone. */
export function scalesOf({ values, count, features }: Points): readonly Scale[] {
  return Array.from({ length: features }, (_, k) => {
    const sorted = Float64Array.from({ length: count }, (_, i) => values[i * features + k]!).sort();
    const at = (share: number): number => sorted[Math.min(count - 1, Math.floor(share * count))]!;
    const quartiles = (at(0.75) - at(0.25)) / 1.349; // of a normal distribution
    const range = (sorted[count - 1]! - sorted[0]!) / 2; // of a feature of two values, whose quartiles may agree
    return { middle: at(0.5), spread: quartiles > 0 ? quartiles : range > 0 ? range : 1 };
  });
}

/**
 * Points as a tensor whose features are of one scale: information does not change, and a critic's learning rate need not know the units.
 * Nothing beyond 1e6 spreads: f32 squares it.
 */
export function scaledTensor({ values, count, features }: Points, scales: readonly Scale[]): Tensor {
  const scaled = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const { middle, spread } = scales[i % features]!;
    scaled[i] = Math.max(-1e6, Math.min(1e6, (values[i]! - middle) / spread));
  }
  return tensor(scaled, { shape: [count, features] });
}
