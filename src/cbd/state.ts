import type { DependenceEstimator } from "../mi/estimator.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import type { SgdOptions } from "../nn/sgd.ts";
import { sgd } from "../nn/sgd.ts";
import type { Training } from "../nn/supervised-step.ts";
import { beginTraining } from "../nn/supervised-step.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { CbdOptions } from "./options.ts";

/** f_C in training, with what the estimator of I(Z;R) has learnt; null when λ = 0. */
export interface CleanState<P, S> extends Training<P, S> {
  readonly critic: object | null;
}

/** What the steps of f_C and of the critic need besides state and batch. */
export interface CleanContext<P, S> {
  readonly classifier: Classifier<P, S>;
  /** f_B; nothing changes it. */
  readonly backdoored: Network<P, S> | Network<object, object>;
  /** What applies f_B. @defaultValue the classifier of f_C */
  readonly backdooredBy?: Classifier<object, object> | undefined;
  /** Measures I(Z;R). */
  readonly estimator: DependenceEstimator;
  /** Of f_C. */
  readonly optimizer: SgdOptions;
  readonly options: CbdOptions;
  /** `u32 (2)`. */
  readonly key: AnyTensor;
  /** Learning rate of f_C, and of the critic. */
  readonly lr: Operand;
  readonly criticLr: Operand;
}

/** Means over the batch, before the step. */
export interface CleanMetrics {
  /** The whole objective. */
  readonly loss: AnyTensor;
  readonly lossClean: AnyTensor;
  readonly lossBackdoored: AnyTensor;
  /** The estimate of I(Z;R); 0 without a critic. */
  readonly dependence: AnyTensor;
}

/**
 * f_C before its first step: velocity zero, and a fresh critic where λ > 0.
 *
 * @param features - sizes of r and z.
 * @param key - `u32 (2)`, of the critic.
 * @example
 * ```ts
 * import { random, tensor } from "deconfound";
 * import { beginClean, cbdOptions } from "deconfound/cbd";
 * import { wasserstein } from "deconfound/mi";
 *
 * const network = { params: { w: tensor([1, 2]) }, stats: {} };
 * const settings = { estimator: wasserstein, optimizer: {}, options: cbdOptions("paper", { lambda: 0 }) };
 * const state = beginClean(network, settings, { features: { r: 2, z: 2 }, key: random.key(0) });
 * console.log(state.critic === null); // true
 * ```
 */
export function beginClean<P extends object, S>(
  network: Network<P, S>,
  { estimator, optimizer, options }: Pick<CleanContext<P, S>, "estimator" | "optimizer" | "options">,
  { features, key }: { readonly features: { readonly r: number; readonly z: number }; readonly key: AnyTensor },
): CleanState<P, S> {
  const critic = options.lambda > 0 ? estimator.init(key, features, options.critic) : null;
  return { ...beginTraining(network, sgd(optimizer)), critic };
}
