import { grad } from "../../autodiff/grad.ts";
import { stopGradient } from "../../autodiff/stop-gradient.ts";
import type { AdamState } from "../../nn/adam.ts";
import { adam } from "../../nn/adam.ts";
import type { OptionsOf } from "../../options/option.ts";
import { diagonal } from "../../tensor/ops/diagonal.ts";
import { less, neg, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { where } from "../../tensor/ops/select.ts";
import type { MlpParams } from "../critics/mlp.ts";
import { normalConditional } from "../critics/normal-conditional.ts";
import type { DependenceEstimator } from "../estimator.ts";
import { standardize } from "./standardize.ts";

const options = {
  units: { kind: "integer", default: 64, from: 1, to: 16384, unit: "units", doc: "club: hidden layer of q(z | r)" },
} as const;

/** Size of the model of z given r. */
export type ClubOptions = OptionsOf<typeof options>;

/** q(z | r) in training. */
export type ClubTraining = { readonly params: MlpParams; readonly optimizer: AdamState };

const critic = ({ units }: ClubOptions): ReturnType<typeof normalConditional> => normalConditional({ hidden: [units] });

/**
 * CLUB between two embeddings: log q(z_i | r_i) − mean_j log q(z_j | r_i), q normal, fitted by maximum likelihood in its own steps.
 *
 * q must lead: give it a rate of five times the network's, or more steps. Where the batch's value is negative q is stale, and the value
 * has no gradient until q has caught up: what the authors' code then climbs goes to −∞ (CLUB#24).
 *
 * Deviation: r and z are standardised over the batch first, which changes no information; a network's features have no fixed scale, and
 * the value's gradient grows with it.
 */
export const clubDependence: DependenceEstimator<ClubOptions, ClubTraining> = {
  name: "club",
  summary: "CLUB: how much likelier z is under its own r than under others', by a normal model",
  source: "Cheng et al., CLUB (2020), eq. 9",
  facts: { bound: "upper", unit: "nats", optimum: "log p(y | x)", shift: "row" },
  options,
  init(key, { r, z }, given) {
    const params = critic(given).init(key, { x: r, y: z });
    return { params, optimizer: adam().init(params) };
  },
  update({ params, optimizer }, r, z, { lr }, given) {
    const loss = (weights: MlpParams) => neg(mean(critic(given).pairs(weights, standardize(r), standardize(z))));
    const next = adam().update(grad(loss)(params), optimizer, params, { lr });
    return { params: next.params, optimizer: next.state };
  },
  estimate({ params }, r, z, _, given) {
    const scores = critic(given).scores(params, standardize(r), standardize(z));
    const terms = sub(diagonal(scores), mean(scores, { axis: 1 }));
    return where(less(mean(terms), 0), stopGradient(terms), terms);
  },
};
