import { stopGradient } from "../../autodiff/stop-gradient.ts";
import type { OptionsOf } from "../../options/option.ts";
import { full, zeros } from "../../tensor/ops/creation.ts";
import { diagonal } from "../../tensor/ops/diagonal.ts";
import { add, exp, expm1, log, mul, neg, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Estimator, Fitting } from "../estimator.ts";
import { donskerVaradhan } from "./donsker-varadhan.ts";
import { logAddExp } from "./log-add-exp.ts";
import { logMeanExpOff } from "./off-diagonal.ts";
import { countPairs } from "./square-scores.ts";

const options = {
  decay: { kind: "number", default: 0.99, from: 0, to: 0.9999, doc: "share of the running mean that a step keeps" },
} as const;

/** How slowly MINE's running mean follows. */
export type MineOptions = OptionsOf<typeof options>;

/** MINE's running mean of e^S over pairs that do not belong together, as its logarithm, not yet corrected; and the steps made. */
export type MineState = { readonly logMean: AnyTensor /* () */; readonly count: AnyTensor /* () */ };

/**
 * Donsker–Varadhan's value, with the gradient of mean S_ii − mean_{i≠j} e^{S_ij} / m, where m is a running mean of e^S: a batch's own
 * mean in its place makes the gradient biased.
 *
 * The state is explicit. It is kept as a logarithm, so that no score overflows it, and divided by 1 − decayᵗ, so that the first
 * steps are not scaled by 1/(1 − decay). ∂objective/∂S = I/n − e^S/(n(n − 1)·m) off the diagonal.
 *
 * Deviation: the authors start the mean at the first batch's value, which weighs that batch by decayᵗ for ever after.
 */
export const mine: Estimator<MineOptions, never, MineState> & {
  readonly fitting: Fitting<MineOptions, MineState>;
} = {
  name: "mine",
  summary: "Donsker–Varadhan, trained against a running mean",
  source: "Belghazi et al., MINE (2018), §3.2",
  facts: { bound: "neither", unit: "nats", optimum: "log r", shift: "global" },
  options,
  value(scores) {
    return donskerVaradhan.value(scores);
  },
  fitting: {
    init: () => ({ logMean: full([], -1e30), count: zeros([]) }),
    objective(scores, { decay }, state) {
      countPairs("mine", scores);
      const now = logMeanExpOff(scores);
      const kept = decay === 0 ? full([], -1e30) : add(state.logMean, Math.log(decay));
      const logMean = stopGradient(logAddExp(kept, add(now, Math.log1p(-decay))));
      const count = add(state.count, 1);
      const weight = decay === 0 ? zeros([]) : log(neg(expm1(mul(count, Math.log(decay))))); // ln(1 − decayᵗ)
      const corrected = sub(logMean, weight);
      return {
        objective: sub(mean(diagonal(scores)), exp(sub(now, corrected))),
        state: { logMean, count },
      };
    },
  },
};
