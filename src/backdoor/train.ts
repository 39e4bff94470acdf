import type { CbdOptions, CbdOverrides, Preset } from "../cbd/options.ts";
import { cbdOptions } from "../cbd/options.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Phase } from "./defences/cbd.ts";
import { cbdPhases, plainPhases } from "./defences/cbd.ts";
import { putDataset } from "./device-data.ts";
import type { TestSet } from "./evaluation.ts";
import { putTestSet } from "./evaluation.ts";
import type { EpochReport, TrainingState } from "./lab-state.ts";
import { createPredictor } from "./predict.ts";
import type { Run, RunCallbacks } from "./run-phase.ts";
import { beginRun, continueRun } from "./run-phase.ts";

/** Options of {@link trainCbd} and {@link trainPlain}. */
export interface TrainOptions<P, S> extends RunCallbacks<P, S> {
  readonly device: Device;
  /** Images and labels in memory, poisoned or not. Put on the device once. */
  readonly dataset: Dataset;
  readonly classifier: Classifier<P, S>;
  /** @defaultValue "paper" */
  readonly preset?: Preset;
  /** Changes to the preset. */
  readonly options?: CbdOverrides;
  /** Decides initial parameters, order of samples, augmentation, dropout. @defaultValue 0 */
  readonly seed?: number;
  /** Evaluated after each epoch. */
  readonly test?: TestSet;
  /** Parameters and statistics to start from instead of fresh ones; copied. */
  readonly initial?: { readonly backdoored?: Network<P, S>; readonly clean?: Network<P, S> };
  /** A state that an earlier run of the same options gave; its tensors are consumed. */
  readonly resume?: TrainingState<P, S>;
}

/** What training came to. Its tensors are on the device. */
export interface Trained<P, S> {
  /** The delivered model, f_C; unfinished if the run was stopped. */
  readonly network: Network<P, S>;
  /** f_B; null without the defence, and when the run was stopped before f_B was done. */
  readonly backdoored: Network<P, S> | null;
  readonly history: readonly EpochReport[];
  readonly state: TrainingState<P, S>;
  readonly stopped: boolean;
}

/**
 * Trains a classifier on data that may be poisoned: first f_B on the samples as they are, stopped early so that it has learnt
 * the backdoor and little else, then f_C with CBD's objective against it.
 *
 * The same seed and device give the same bits, also through `shouldStop` and `resume`.
 *
 * @throws ConfigError for options that contradict the data; DataError for a dataset whose fields disagree.
 * Source: Zhang et al., Backdoor Defense via Deconfounded Representation Learning (CVPR 2023).
 */
export function trainCbd<P extends object, S>(options: TrainOptions<P, S>): Promise<Trained<P, S>> {
  return train(options, cbdPhases);
}

/** Trains the same classifier with the same settings of f_C and no defence. Options of f_B, weights and critic do nothing. */
export function trainPlain<P extends object, S>(options: TrainOptions<P, S>): Promise<Trained<P, S>> {
  return train(options, plainPhases);
}

type PhasesOf<P, S> = (plan: {
  readonly classifier: Classifier<P, S>;
  readonly options: CbdOptions;
  readonly dataset: Dataset;
}) => readonly Phase<P, S>[];

async function train<P extends object, S>(given: TrainOptions<P, S>, phasesOf: PhasesOf<P, S>): Promise<Trained<P, S>> {
  const { device, dataset, classifier, seed = 0, initial = {}, resume } = given;
  const options = cbdOptions(given.preset, given.options);
  if (options.batch > dataset.count) {
    throw new ConfigError(`train: batches of ${options.batch} from ${dataset.count} samples`, [
      `set batch to at most ${dataset.count}`,
    ]);
  }
  const data = putDataset(device, dataset);
  const test = given.test === undefined ? null : putTestSet(device, given.test);
  const run: Run<P, S> = {
    ...given,
    phases: phasesOf({ classifier, options, dataset }),
    batch: options.batch,
    data,
    test,
    predictor: createPredictor(device, classifier),
    seed,
    start: (phase) => ({
      device,
      classifier,
      options,
      dataset,
      seed,
      given: phase === "backdoor" ? initial.backdoored : initial.clean,
    }),
  };
  const from = resume === undefined ? await beginRun(run) : device.put(resume);
  const { state, stopped } = await continueRun(run, from);
  device.free([data, test?.clean, test?.triggered]);
  const { params, stats } = state.training;
  return { network: { params, stats }, backdoored: state.backdoored, history: state.history, state, stopped };
}
