import type { Dataset } from "../data/dataset.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError } from "../tensor/errors.ts";
import { tensor } from "../tensor/tensor.ts";
import { checkPhase } from "./check-phase.ts";
import type { DeviceData } from "./device-data.ts";
import { putDataset } from "./device-data.ts";
import type { Evaluation, TestSet } from "./evaluation.ts";
import { evaluate, putTestSet } from "./evaluation.ts";
import { copiesLike } from "./initial-network.ts";
import type { Lab, LabImages, Phase, PhaseEnd } from "./lab.ts";
import type { EpochReport, LabState, PhaseCost, RunningPhase } from "./lab-state.ts";
import { createObserver } from "./observe.ts";
import type { PhaseContext, Progress } from "./phase-context.ts";
import type { CostMeter } from "./phase-cost.ts";
import { costMeter, noCost, totalCost } from "./phase-cost.ts";
import type { PhaseStore, SharedPhase } from "./phase-store.ts";
import type { Predictor } from "./predict.ts";
import { createPredictor } from "./predict.ts";
import { checkState } from "./run-phase.ts";
import { runOrTake } from "./shared-phase.ts";
import type { ResolvedTraining } from "./training-options.ts";
import { mirrors } from "./training-options.ts";

/** What a training tells and asks. */
export interface LabCallbacks {
  /** After every step. The training waits for it. */
  readonly onProgress?: ((progress: Progress) => void | Promise<void>) | undefined;
  /** After every epoch, with the state to go on from: the place to save it. The training waits for it. */
  readonly onEpoch?: ((report: EpochReport, state: LabState) => void | Promise<void>) | undefined;
  /** After a phase that another run had trained, with its epochs that {@link onEpoch} has not told. */
  readonly onShared?: ((reports: readonly EpochReport[], state: LabState) => void | Promise<void>) | undefined;
  /** Asked before every step; true ends the training with the state as it is. */
  readonly shouldStop?: (() => boolean) | undefined;
}

/** What a lab is opened with. */
export interface LabSetup<P, S> extends LabCallbacks {
  readonly device: Device;
  /** Images and labels in memory. Put on the device once. */
  readonly dataset: Dataset;
  /** For a defence that needs a clean subset; null for others. */
  readonly clean: Dataset | null;
  /** As in {@link putDataset}. */
  readonly residentBytes?: number | undefined;
  readonly classifier: Classifier<P, S>;
  readonly training: ResolvedTraining;
  readonly seed: number;
  readonly test: TestSet | undefined;
  /** Networks to start phases from, by phase; copied. */
  readonly initial: Readonly<Record<string, Network<P, S>>>;
  /** A state that an earlier run of the same script gave; its tensors are consumed. */
  readonly resume: LabState | undefined;
  /** Where phases are that other runs trained. */
  readonly shared?: PhaseStore | undefined;
}

/** A lab, and what only its opener may see. */
export interface OpenLab<P, S> {
  readonly lab: Lab<P, S>;
  state(): LabState;
  /** The network of each phase so far, the running one included. */
  networks(): Readonly<Record<string, Network<P, S>>>;
  /** What the script cost so far, with what it cost before it was resumed: phases as they are kept, and what this run of it asked between them. */
  cost(): PhaseCost;
  /** Rates of a network on the test set; null without one. */
  evaluate(network: Network<P, S>): Promise<Evaluation | null>;
  /** Frees data and test set; what was trained stays. */
  close(): void;
}

/**
 * Puts the data on the device.
 *
 * @throws DataError for a dataset whose fields disagree; ShapeError for an initial network of another classifier.
 */
export async function openLab<P extends object, S>(setup: LabSetup<P, S>): Promise<OpenLab<P, S>> {
  const { device, dataset, residentBytes, classifier, training, seed, resume } = setup;
  const initial = await copiesLike(classifier, setup.initial);
  const data = putDataset(device, dataset, residentBytes);
  const clean = setup.clean === null ? null : putDataset(device, setup.clean, residentBytes);
  const imagesOf = (of: LabImages = "train"): DeviceData => {
    if (of === "train") return data;
    if (clean !== null) return clean;
    throw new ConfigError("lab: there are no clean images", ['a defence that uses some says needs: "cleanSubset"']);
  };
  const test = setup.test === undefined ? null : putTestSet(device, setup.test, residentBytes);
  const predictorOf = predictors(device);
  const predictor = predictorOf(classifier);
  let state: LabState = resume === undefined ? { finished: {}, running: null, history: [] } : device.put(resume);
  let images = 0;
  const between = costMeter(noCost); // of what the script asks outside phases: a resumed script asks again
  let inPhases = 0; // seconds that between.now() must not have
  let meter = between;
  const count = (flops: number): void => meter.add({ images: 0, flops });
  const networks: Record<string, Network<P, S>> = {};
  const names = new Set<string>();
  const onTest = async (network: Network<P, S> | undefined): Promise<Evaluation | null> =>
    test === null || network === undefined ? null : evaluate(predictor, network, test);
  const historyOf = (name: string): readonly EpochReport[] => state.history.filter(({ phase }) => phase === name);
  const remember = <T>(phase: Phase<P, S, T>, training: T): void => {
    const network = phase.network?.(training);
    if (network !== undefined) networks[phase.name] = network;
  };
  /** Takes a phase over from another run, as if this one had trained it. */
  const adopt = async <T>(phase: Phase<P, S, T>, found: SharedPhase): Promise<PhaseEnd<T>> => {
    const { cost } = found;
    const { training, seen } = device.put({ training: found.training, seen: found.seen });
    const history = found.history.map((one) => ({ ...one, phase: phase.name, title: phase.title ?? "" }));
    const told = historyOf(phase.name).length;
    device.free(state.running?.name === phase.name ? state.running : null);
    state = {
      finished: { ...state.finished, [phase.name]: { training, seen, cost } },
      running: null,
      history: [...state.history, ...history.slice(told)],
    };
    remember(phase, training as T);
    await setup.onShared?.(history.slice(told), state);
    return { state: training as T, seen };
  };
  const contextOf = <T>(phase: Phase<P, S, T>, own: DeviceData, cost: CostMeter): PhaseContext<P, S> => ({
    device,
    batch: phase.batch ?? training.batch,
    flip: mirrors(training, dataset),
    data: own,
    seed,
    shouldStop: () => setup.shouldStop?.() === true,
    async onProgress(progress, work) {
      images += work.images;
      cost.add(work);
      await setup.onProgress?.({ ...progress, images });
    },
    count,
    evaluate: onTest,
    async keep(running, report, over = false) {
      remember(phase, running.training as T);
      state = kept(state, { ...running, cost: cost.now() }, report, over);
      if (report !== undefined) await setup.onEpoch?.(report, state);
    },
  });
  const lab: Lab<P, S> = {
    classifier,
    training,
    train: dataset,
    clean: setup.clean,
    fresh: (phase, key) => initial[phase] ?? classifier.init(key),
    async phase<T>(phase: Phase<P, S, T>): Promise<PhaseEnd<T>> {
      checkPhase(phase, names);
      names.add(phase.name);
      const all = imagesOf(phase.images);
      const own = ownData(device, all, phase);
      const from = state.running?.name === phase.name ? state.running : null;
      const cost = costMeter(from?.cost ?? noCost);
      const context = contextOf(phase, own, cost);
      const start = performance.now();
      meter = cost;
      try {
        const done = state.finished[phase.name];
        if (done !== undefined) {
          checkState(context, phase, done.training);
          remember(phase, done.training as T);
          return { state: done.training as T, seen: done.seen };
        }
        return await runOrTake(context, phase, from, {
          store: setup.shared,
          adopt: (found) => adopt(phase, found),
          told: () => ({ history: historyOf(phase.name), cost: state.finished[phase.name]!.cost }),
        });
      } finally {
        meter = between;
        inPhases += (performance.now() - start) / 1000;
        freeOwn(device, all, own);
      }
    },
    predict: (network) => predictor(network, data, count),
    async predictBy(other, network, labels) {
      const own = ownData(device, data, { labels });
      try {
        return await predictorOf(other)(network, own, count);
      } finally {
        freeOwn(device, data, own);
      }
    },
    observe: (state, look, samples, of) => createObserver(device, look)(state, imagesOf(of), { samples, count }),
  };
  return {
    lab,
    state: () => state,
    networks: () => networks,
    cost() {
      const { seconds, ...asked } = between.now();
      const phases = [...Object.values(state.finished), ...(state.running === null ? [] : [state.running])];
      return totalCost([{ ...asked, seconds: Math.max(0, seconds - inPhases) }, ...phases.map(({ cost }) => cost)]);
    },
    evaluate: onTest,
    close: () => device.free([data, clean, test?.clean, test?.triggered, test?.others]),
  };
}

function kept(
  { finished, history }: LabState,
  running: RunningPhase,
  report: EpochReport | undefined,
  over: boolean,
): LabState {
  const { name, training, seen, cost } = running;
  return {
    finished: over ? { ...finished, [name]: { training, seen, cost } } : finished,
    running: over ? null : running,
    history: report === undefined ? history : [...history, report],
  };
}

/** One predictor per classifier, compiled when it is first asked for. */
function predictors(device: Device): <Q, R>(classifier: Classifier<Q, R>) => Predictor<Q, R> {
  const known = new Map<object, unknown>();
  return <Q, R>(classifier: Classifier<Q, R>) => {
    const predictor = (known.get(classifier) as Predictor<Q, R> | undefined) ?? createPredictor(device, classifier);
    known.set(classifier, predictor);
    return predictor;
  };
}

/** The images with a phase's own labels and weights. */
function ownData(
  device: Device,
  { images, labels }: DeviceData,
  own: { readonly labels?: Int32Array | undefined; readonly weights?: Float32Array | undefined },
): DeviceData {
  return {
    images,
    labels: own.labels === undefined ? labels : device.put(tensor(own.labels)),
    ...(own.weights === undefined ? {} : { weights: device.put(tensor(own.weights)) }),
  };
}

function freeOwn(device: Device, { labels }: DeviceData, own: DeviceData): void {
  device.free([own.labels === labels ? null : own.labels, own.weights]);
}
