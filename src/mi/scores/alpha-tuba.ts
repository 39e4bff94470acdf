import type { Estimator } from "../estimator.ts";
import type { AlphaOptions } from "./interpolation.ts";
import { alphaOptions, interpolate } from "./interpolation.ts";
import { logMeanExpOffRows } from "./off-diagonal.ts";
import { checkPairs, countPairs } from "./square-scores.ts";
import { tubaValue } from "./tuba.ts";

/**
 * `tuba` with the baseline ln(α·mean_{j≠i} e^{S_ij} + (1 − α)·e^{a_i}).
 *
 * The negatives of the batch's mean are those of the last term too, so that this is no bound: with α = 1 it is the leave-one-out
 * value, which is too high. `interpolated` leaves the sample in question out of its baseline.
 */
export const alphaTuba: Estimator<AlphaOptions, "baseline"> = {
  name: "alpha-tuba",
  summary: "TUBA with a baseline between the learnt one and the batch's mean",
  source: "Federici et al., torch-mist (2023), after Poole et al. (2019)",
  facts: { bound: "neither", unit: "nats", optimum: "log r", shift: "none", companion: "baseline" },
  options: alphaOptions,
  value(scores, { alpha, baseline }) {
    checkPairs("alphaTuba", "the baseline", baseline, countPairs("alphaTuba", scores));
    return tubaValue(scores, interpolate(alpha, logMeanExpOffRows(scores), baseline));
  },
};
