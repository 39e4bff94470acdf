import * as kind from "../tensor/kinds.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { Kind } from "../tensor/parameters.ts";
import { parameters, required } from "../tensor/parameters.ts";

/**
 * An update rule as pure functions over parameter trees. `S` is its state: a tree of tensors, donated with the parameters
 * from step to step.
 */
export interface Optimizer<S> {
  /** The state before the first step, for parameters of this structure. */
  init(params: object): S;
  /**
   * One step against the gradient.
   *
   * @param gradient - a tree like `params`.
   * @param options.lr - learning rate: a number, or an f32 scalar tensor so that a compiled step takes it as data.
   * @throws ConfigError naming the first path where the trees differ.
   */
  update<P extends object>(gradient: P, state: S, params: P, options: { lr: Operand }): { params: P; state: S };
}

/** What an optimizer's update takes; `state`: what its state holds. */
export function updateParameters(name: string, state: Readonly<Record<string, Kind>>): ReturnType<typeof parameters> {
  return parameters(
    `${name}'s update`,
    { gradient: kind.tree, state: kind.fields(state), params: kind.tree },
    { lr: required(kind.operand) },
  );
}
