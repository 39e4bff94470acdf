import type { CleanState } from "../cbd/state.ts";
import type { Network } from "../nn/network.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Evaluation } from "./evaluation.ts";

/** Phases of a run: first f_B, then the delivered model. */
export type PhaseName = "backdoor" | "clean";

/** What an epoch came to. */
export interface EpochReport {
  readonly phase: PhaseName;
  /** Epochs of the phase that are done, this one included. */
  readonly epoch: number;
  /** Learning rate of the network that trained. */
  readonly lr: number;
  /** Means over the epoch's steps: loss, and lossClean, lossBackdoored, dependence with the defence. */
  readonly means: Readonly<Record<string, number>>;
  /** Of the network that trained, after the epoch; null without a test set. */
  readonly evaluation: Evaluation | null;
}

/**
 * Where a run stands: a tree of tensors, numbers and strings, whole enough that a run which goes on from it ends bit for bit
 * like one that never stopped. Its tensors belong to the run: they are consumed by the next step.
 */
export interface TrainingState<P, S> {
  readonly phase: PhaseName | "done";
  /** Epochs, passes of this epoch, and steps of this pass that are done. */
  readonly epoch: number;
  readonly pass: number;
  readonly step: number;
  /** The network in training, its momentum, and the critic. */
  readonly training: CleanState<P, S>;
  /** Sums of the pass's metrics. */
  readonly totals: Readonly<Record<string, AnyTensor>>;
  /** f_B once it is trained; null before, and without the defence. */
  readonly backdoored: Network<P, S> | null;
  readonly history: readonly EpochReport[];
}
