import type { AnyTensor } from "../tensor/tensor.ts";
import type { Evaluation } from "./evaluation.ts";

/** The result of an epoch. */
export interface EpochReport {
  readonly phase: string;
  /** The phase's title; empty without one. */
  readonly title: string;
  /** Epochs of the phase that are done, this one included. */
  readonly epoch: number;
  /** The phase's rates in this epoch. */
  readonly rates: Readonly<Record<string, number>>;
  /** Means of the steps' metrics over the epoch: loss, and what else the defence measures. */
  readonly means: Readonly<Record<string, number>>;
  /** Of the network that trained, after the epoch; null without a test set, after an epoch that was not evaluated, and for a phase without a network of the lab's classifier. */
  readonly evaluation: Evaluation | null;
}

/** What a stretch of work cost, over all parts of an interrupted run. */
export interface PhaseCost {
  /** Looks and evaluation after each epoch included. */
  readonly seconds: number;
  /** That training steps took in, counted once per pass. */
  readonly images: number;
  /** Floating-point operations of training steps and looks, as `Program.flops` counts them. Evaluation on test images is not included. */
  readonly flops: number;
}

/** A phase in the midst of its training. */
export interface RunningPhase {
  readonly name: string;
  /** Epochs, passes of this epoch, and steps of this pass that are done. */
  readonly epoch: number;
  readonly pass: number;
  readonly step: number;
  /** The phase's `T`. */
  readonly training: unknown;
  /** Sums of the pass's metrics. */
  readonly totals: Readonly<Record<string, AnyTensor>>;
  readonly seen: readonly AnyTensor[];
  readonly cost: PhaseCost;
}

/** A phase that is done. */
export interface FinishedPhase {
  readonly training: unknown;
  readonly seen: readonly AnyTensor[];
  readonly cost: PhaseCost;
}

/**
 * Where a defence's script stands: a tree of tensors, numbers and strings, whole enough that a run which goes on from it ends
 * bit for bit like one that never stopped. Its tensors belong to the run: those of the running phase are consumed by the next step.
 */
export interface LabState {
  readonly finished: Readonly<Record<string, FinishedPhase>>;
  readonly running: RunningPhase | null;
  readonly history: readonly EpochReport[];
}
