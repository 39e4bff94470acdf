import type { OptionsOf } from "../../options/option.ts";
import { ConfigError } from "../../tensor/errors.ts";
import { add } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { captureSite } from "../../tensor/site.ts";
import type { Estimator } from "../estimator.ts";
import { checkPairs } from "./square-scores.ts";

const options = {
  entropy: {
    kind: "number",
    default: null,
    from: -1e6,
    to: 1e6,
    unit: "nats",
    doc: "h(Y), which this bound must be told",
  },
} as const;

/** What must be known of y. */
export type BarberAgakovOptions = OptionsOf<typeof options>;

/** mean log q(y_i | x_i) + h(Y): tight where q is the true conditional. Only for a known entropy of y. */
export const barberAgakov: Estimator<BarberAgakovOptions> = {
  name: "ba",
  summary: "the log-likelihood of a model of y given x, plus the known entropy of y",
  source: "Barber & Agakov, The IM Algorithm (2003), eq. 3",
  facts: { bound: "lower", unit: "nats", optimum: "log p(y | x)", shift: "none", reads: "pairs" },
  options,
  value(scores, { entropy }) {
    checkPairs("barberAgakov", "log q(y | x)", scores);
    if (entropy === null) {
      throw new ConfigError(
        "barberAgakov: the entropy of y is not given",
        ["give { entropy }: h(Y) in nats; differenceOfEntropies learns it"],
        captureSite(),
      );
    }
    return add(mean(scores), entropy);
  },
};
