import type { OptionsOf } from "../../options/option.ts";
import { add } from "../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { logAddExp } from "./log-add-exp.ts";

/** Options of the two bounds with an interpolated baseline. */
export const alphaOptions = {
  alpha: {
    kind: "number",
    default: 0.01,
    from: 0,
    to: 1,
    doc: "weight of the batch's own mean in the baseline; the rest is the learnt one's",
  },
} as const;

/** How much of the baseline is the batch's own mean. */
export type AlphaOptions = OptionsOf<typeof alphaOptions>;

/** ln(α·eᵃ + (1 − α)·eᵇ) of tensors of one shape. */
export function interpolate(alpha: number, a: AnyTensor, b: AnyTensor): AnyTensor {
  if (alpha === 0) return b;
  if (alpha === 1) return a;
  return logAddExp(add(a, Math.log(alpha)), add(b, Math.log1p(-alpha)));
}
