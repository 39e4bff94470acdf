import { valueAndGrad } from "../../autodiff/grad.ts";
import type { AdamState } from "../../nn/adam.ts";
import { adam } from "../../nn/adam.ts";
import { neg } from "../../tensor/ops/elementwise.ts";
import { split } from "../../tensor/random.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { companions } from "../critics/companions.ts";
import type { Critic, Features } from "../critics/critic.ts";
import type { Estimator } from "../estimator.ts";

/** What is learnt: the critic's weights, and its companion's. */
export interface Learnt {
  readonly critic: object;
  readonly companion: object;
}

/** A critic in training. */
export interface CriticTrainingState {
  readonly params: Learnt;
  readonly optimizer: AdamState;
  readonly fitting: object;
}

/** A critic and an estimator as programs. */
export interface Training {
  init(key: AnyTensor, features: Features): CriticTrainingState;
  step(
    state: CriticTrainingState,
    x: Tensor,
    y: Tensor,
    lr: Tensor<[]>,
  ): { state: CriticTrainingState; objective: AnyTensor };
  value(params: Learnt, x: Tensor, y: Tensor): AnyTensor;
}

/** @param options - of the estimator. */
export function trainingOf(estimator: Estimator, critic: Critic, options: object): Training {
  const { reads, companion: name } = estimator.facts;
  const companion = name === undefined ? undefined : companions[name];
  const optimizer = adam();
  const read = (params: Learnt, x: AnyTensor, y: AnyTensor): [AnyTensor, object] => {
    const scores = reads === "pairs" ? critic.pairs(params.critic, x, y) : critic.scores(params.critic, x, y);
    const given = companion === undefined ? options : { ...options, [name!]: companion.apply(params.companion, x, y) };
    return [scores, given];
  };
  return {
    init(key, features) {
      const [first, second] = split(key, 2);
      const params = { critic: critic.init(first, features), companion: companion?.init(second, features) ?? {} };
      return { params, optimizer: optimizer.init(params), fitting: estimator.fitting?.init() ?? {} };
    },
    step(state, x, y, lr) {
      const loss = (params: Learnt): { value: AnyTensor; aux: object } => {
        const [scores, given] = read(params, x, y);
        if (estimator.fitting === undefined) return { value: neg(estimator.value(scores, given)), aux: {} };
        const fitted = estimator.fitting.objective(scores, given, state.fitting);
        return { value: neg(fitted.objective), aux: fitted.state };
      };
      const { value, gradient, aux } = valueAndGrad(loss, { hasAux: true })(state.params);
      const next = optimizer.update(gradient, state.optimizer, state.params, { lr });
      return { state: { params: next.params, optimizer: next.state, fitting: aux }, objective: neg(value) };
    },
    value(params, x, y) {
      const [scores, given] = read(params, x, y);
      return estimator.value(scores, given);
    },
  };
}
