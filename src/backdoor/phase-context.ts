import type { Network } from "../nn/network.ts";
import type { Device } from "../tensor/device.ts";
import type { DeviceData } from "./device-data.ts";
import type { Evaluation } from "./evaluation.ts";
import type { EpochReport, RunningPhase } from "./lab-state.ts";
import type { Work } from "./phase-cost.ts";

/** Where a phase is between two steps. */
export interface Progress {
  readonly phase: string;
  /** The phase's title; empty without one. */
  readonly title: string;
  /** Epochs done before this one, and of how many. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch over all passes, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** Images seen since the run began or was resumed, counted once per pass. */
  readonly images: number;
  /** Mean loss of this epoch so far. Waits for the device; valid until the callback's promise resolves. */
  loss(): Promise<number>;
}

/** Thrown inside a script when the run is to stop; the state has been kept. */
export class TrainingStopped extends Error {
  override readonly name = "TrainingStopped";
}

/** What a phase needs of its lab. */
export interface PhaseContext<P, S> {
  readonly device: Device;
  /** Images per step. */
  readonly batch: number;
  /** Whether augmentations mirror images. */
  readonly flip: boolean;
  /** The images, and the labels and weights of the phase. */
  readonly data: DeviceData;
  readonly seed: number;
  shouldStop(): boolean;
  /** @param work - of the step. */
  onProgress(progress: Omit<Progress, "images">, work: Work): Promise<void>;
  /** Floating-point operations besides those of steps. */
  count(flops: number): void;
  /** Null without a network, and without a test set. */
  evaluate(network: Network<P, S> | undefined): Promise<Evaluation | null>;
  /** Keeps the state, and tells what the epoch came to if one has ended. `over`: the phase is done. */
  keep(running: RunningPhase, report?: EpochReport, over?: boolean): Promise<void>;
}
