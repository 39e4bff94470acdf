import type { Dataset } from "../data/dataset.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import type { Changes, OptionTable } from "../options/option.ts";
import { defaultsOf, listOptions, withChanges } from "../options/table.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { key } from "../tensor/random.ts";
import type { Defence, Defended } from "./defence.ts";
import { isUsed, presetOptions } from "./defence.ts";
import type { CbdDefenceOptions } from "./defences/cbd/options.ts";
import { cbd } from "./defences/cbd.ts";
import { none } from "./defences/none.ts";
import type { Evaluation, TestSet } from "./evaluation.ts";
import { forwardFlops } from "./forward-flops.ts";
import type { EpochReport, LabState, PhaseCost } from "./lab-state.ts";
import type { LabCallbacks, OpenLab } from "./open-lab.ts";
import { openLab } from "./open-lab.ts";
import { TrainingStopped } from "./phase-context.ts";
import type { PhaseStore } from "./phase-store.ts";
import type { TrainingOptions } from "./training-options.ts";
import { resolveTraining, trainingOptionTable, trainingPresets } from "./training-options.ts";

/** Options of {@link trainDefence}; `O` are the defence's own. */
export interface TrainOptions<P, S, O extends object = object> extends LabCallbacks {
  readonly device: Device;
  /** Images and labels in memory, poisoned or not. Put on the device once. */
  readonly dataset: Dataset;
  /**
   * Images whose labels can be trusted, in memory, of the training set's size and classes: {@link cleanSubset} draws some where the poison
   * is known. For a defence that needs a `cleanSubset`, and for no other. Never test images.
   */
  readonly clean?: Dataset | undefined;
  /**
   * Images of a set, training or test, of more bytes stay in memory, and each batch is uploaded by itself: same results, a little
   * slower. @defaultValue what one buffer of the device holds
   */
  readonly residentBytes?: number | undefined;
  readonly classifier: Classifier<P, S>;
  /** One of the defence's presets. @defaultValue the first */
  readonly preset?: string | undefined;
  /** Changes to the preset: options of every training (`batch`, `optimizer`, `clean`) and of the defence. */
  readonly options?: Changes<TrainingOptions & O> | undefined;
  /** Decides initial parameters, order of samples, augmentation, dropout. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Evaluated after each epoch. */
  readonly test?: TestSet | undefined;
  /** Parameters and statistics to start phases from instead of fresh ones, by phase; copied. */
  readonly initial?: Readonly<Record<string, Network<P, S>>> | undefined;
  /** A state that an earlier run of the same options gave; its tensors are consumed. */
  readonly resume?: LabState | undefined;
  /** Where phases are that other runs of the same images, test set, model, seed and device trained. @defaultValue every phase is trained */
  readonly shared?: PhaseStore | undefined;
}

/** What a defence cost, over all parts of an interrupted run, from the start of its script to its end. */
export interface DefenceCost extends PhaseCost {
  /**
   * `flops` ÷ those of one forward pass of the delivered model over the training set. A training step is about three forward passes, so
   * plain training of E epochs costs about 3·E.
   */
  readonly forwardEquivalents: number;
}

/** The result of a training. Its tensors are on the device. */
export interface Trained<P, S> extends Defended<P, S> {
  /** The delivered model. If the run was stopped, the network in training, or a fresh one if none was or it is of another kind. */
  readonly network: Network<P, S>;
  /** The network of each phase that was begun, by its name. */
  readonly networks: Readonly<Record<string, Network<P, S>>>;
  /** Of the delivered model; null without a test set, and if the run was stopped. */
  readonly evaluation: Evaluation | null;
  readonly history: readonly EpochReport[];
  readonly state: LabState;
  readonly stopped: boolean;
  readonly cost: DefenceCost;
}

/**
 * Trains a classifier with a defence on data that may be poisoned.
 *
 * The same seed and device give the same bits, also through `shouldStop` and `resume`.
 *
 * @throws ConfigError for options that do not exist, are out of range or contradict the data, and for clean images that are missing or
 * that the defence has no use for; DataError for a dataset whose
 * fields disagree; DivergenceError for a loss that is not finite. It is looked at after every 64 steps, at the end of an epoch
 * and before a stop; the error names the first step at fault.
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, none, poison, trainDefence, triggered } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const test = await triggered(badnets, builtinDataset({ count: 10, size: 12, classes: 2, part: "test" }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * const trained = await trainDefence(none, { device: referenceDevice(), dataset, classifier, options, test });
 * console.log(trained.history.length, trained.evaluation?.ca.count); // 1 10
 * console.log(Math.round(trained.cost.forwardEquivalents)); // 3
 * ```
 */
export async function trainDefence<P extends object, S, O extends object>(
  defence: Defence<O>,
  given: TrainOptions<P, S, O>,
): Promise<Trained<P, S>> {
  const table = { ...trainingOptionTable, ...defence.options } as OptionTable<TrainingOptions & O>;
  const common = withChanges(
    trainingOptionTable,
    defaultsOf<TrainingOptions>(trainingOptionTable),
    presetOf(given.preset, defence),
  );
  const base = { ...common, ...presetOptions(defence, given.preset) };
  checkUsed(defence, given.preset, base, given.options ?? {});
  const options = withChanges(table, base, given.options ?? ({} as Changes<TrainingOptions & O>));
  if (options.batch > given.dataset.count) {
    throw new ConfigError(`train: batches of ${options.batch} from ${given.dataset.count} samples`, [
      `set batch to at most ${given.dataset.count}`,
    ]);
  }
  const { seed = 0, test, initial = {}, resume } = given;
  const opened = await openLab({
    ...given,
    clean: cleanImages(defence, given),
    training: resolveTraining(options, given.dataset.count),
    seed,
    test,
    initial,
    resume,
  });
  try {
    const defended = await defence.train(opened.lab, options);
    const cost = costOf(opened, given);
    const evaluation = await opened.evaluate(defended.network);
    return { ...defended, ...ending(opened), cost, evaluation, stopped: false };
  } catch (error) {
    if (!(error instanceof TrainingStopped)) throw error;
    const end = ending(opened);
    const network =
      end.networks[end.state.running?.name ?? ""] ?? (await given.device.evaluate(given.classifier.init(key(0))));
    return { ...end, network, cost: costOf(opened, given), evaluation: null, stopped: true };
  } finally {
    opened.close();
  }
}

/** @throws ConfigError for clean images that are missing, or that the defence does not use; DataError for images of another form. */
function cleanImages(
  { name, needs }: Pick<Defence, "name" | "needs">,
  { clean, dataset }: Pick<TrainOptions<object, object>, "clean" | "dataset">,
): Dataset | null {
  if (clean === undefined) {
    if (needs !== "cleanSubset") return null;
    throw new ConfigError(`${name}: needs clean images`, ["pass some as clean; cleanSubset draws them"]);
  }
  if (needs !== "cleanSubset") throw new ConfigError(`${name}: has no use for clean images`, ["leave out clean"]);
  const form = ({ height, width, channels, classes }: Dataset): string =>
    `${height}×${width} pixels, ${channels} channels and ${classes} classes`;
  if (form(clean) === form(dataset)) return clean;
  throw new DataError(`${name}: the clean images have ${form(clean)}`, [`expects ${form(dataset)}`]);
}

/** @throws ConfigError for a change to an option that decides nothing under the preset. */
function checkUsed(
  { name, options, presets = {} }: Defence,
  preset: string | undefined,
  base: object,
  changes: object,
): void {
  const chosen = preset ?? Object.keys(presets)[0] ?? "";
  const wrong = listOptions(options).find((option) => {
    const value = valueAt(changes, option.name);
    const isChange = value !== undefined && JSON.stringify(value) !== JSON.stringify(valueAt(base, option.name));
    return isChange && !isUsed(presets[chosen] ?? {}, option.name);
  });
  if (wrong !== undefined) throw new ConfigError(`${name}: ${wrong.name} decides nothing under preset ${chosen}`);
}

function valueAt(changes: object, name: string): unknown {
  return name.split(".").reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], changes as unknown);
}

/** The training of a preset of the defence. */
function presetOf(preset: string | undefined, { presets = {} }: Defence): Changes<TrainingOptions> {
  return trainingPresets[preset ?? Object.keys(presets)[0] ?? ""] ?? {};
}

function costOf<P, S>(
  opened: OpenLab<P, S>,
  { classifier, dataset }: Pick<TrainOptions<P, S>, "classifier" | "dataset">,
): DefenceCost {
  const cost = opened.cost();
  return { ...cost, forwardEquivalents: cost.flops / forwardFlops(classifier, dataset) };
}

function ending<P, S>({ state, networks }: OpenLab<P, S>): Pick<Trained<P, S>, "state" | "history" | "networks"> {
  return { state: state(), history: state().history, networks: networks() };
}

/**
 * {@link trainDefence} with {@link cbd}; its presets are `auto`, `paper`, `official` and `official+mi`. `scan` is what `auto` found;
 * `networks.backdoor` is the f_B of the others.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, poison, trainCbd } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, scan: { steps: 8 }, clean: { epochs: 1 } };
 * const trained = await trainCbd({ device: referenceDevice(), dataset, classifier, options });
 * console.log(Object.keys(trained.networks).join(), trained.scan?.found, trained.suspicion?.length); // clean false 20
 * ```
 */
export function trainCbd<P extends object, S>(given: TrainOptions<P, S, CbdDefenceOptions>): Promise<Trained<P, S>> {
  return trainDefence(cbd, given);
}

/**
 * {@link trainDefence} with {@link none}: the same classifier with the same settings of training, and no defence.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { trainPlain } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const dataset = builtinDataset({ count: 20, size: 12, classes: 2 });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * const trained = await trainPlain({ device: referenceDevice(), dataset, classifier, options });
 * console.log(trained.stopped, trained.history.length); // false 1
 * ```
 */
export function trainPlain<P extends object, S>(given: TrainOptions<P, S>): Promise<Trained<P, S>> {
  return trainDefence(none, given);
}
