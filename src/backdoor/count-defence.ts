import type { Dataset } from "../data/dataset.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import { allocate } from "../tensor/dtype.ts";
import { flopsOf } from "../tensor/flops.ts";
import { sizeOf } from "../tensor/shape.ts";
import { captureSite, withSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf, leaf, tensor } from "../tensor/tensor.ts";
import { trace } from "../tensor/trace.ts";
import { flattenTree, mapTree } from "../tensor/tree.ts";
import type { Defence } from "./defence.ts";
import type { DeviceData } from "./device-data.ts";
import type { Lab, LabImages, Phase, PhaseEnd } from "./lab.ts";
import type { Look, Observed } from "./observe.ts";
import { lookingAt, usualBatch } from "./observe.ts";
import type { Predictions } from "./predict.ts";
import { predictionOf } from "./predict.ts";
import { flopsOfStep, samplesOf } from "./run-pass.ts";
import { begin } from "./run-phase.ts";
import type { ResolvedTraining } from "./training-options.ts";

/** Sizes of a set; its images are not looked at. */
export type SetSizes = Pick<Dataset, "count" | "height" | "width" | "channels" | "classes">;

/** What a defence is counted for. */
export interface CountSetup<P, S> {
  readonly classifier: Classifier<P, S>;
  /** Of the training set. */
  readonly sizes: SetSizes;
  readonly training: ResolvedTraining;
  /** Images of the clean subset, for defences that need one. */
  readonly clean: number;
}

/** What a defence computes where nothing looks poisoned. */
export interface Counted {
  /** Floating-point operations, as `Trained.cost` has them. */
  readonly flops: number;
  /** How often a network is evaluated on the test set, which `flops` leaves out. */
  readonly evaluations: number;
}

/**
 * Counts a defence's operations without training: its script runs in a lab whose phases end as they begin, and whose networks answer with
 * noise, in which nothing stands apart. So it is the cost of the way that the script takes on a set where it finds nothing. Programs are
 * traced, one per phase and batch size; none is compiled, and there is no device.
 */
export async function countDefence<P extends object, S, O extends object>(
  defence: Defence<O>,
  options: O,
  setup: CountSetup<P, S>,
): Promise<Counted> {
  let [flops, evaluations] = [0, 1]; // of the delivered model
  const lab = countingLab(setup, {
    add: (more) => {
      flops += more;
    },
    evaluated: (times) => {
      evaluations += times;
    },
  });
  await defence.train(lab, options);
  return { flops, evaluations };
}

/** Told what a script makes its lab do. */
interface Tally {
  add(flops: number): void;
  evaluated(times: number): void;
}

function countingLab<P extends object, S>(
  { classifier, sizes, training, clean }: CountSetup<P, S>,
  tally: Tally,
): Lab<P, S> {
  const site = captureSite();
  const here = <T>(build: () => T): T => withSite(site, build); // a stack per node takes longer than all else
  const sets = { train: setOf(sizes), clean: setOf({ ...sizes, count: clean }) };
  const leaves = { train: leavesOf(sizes), clean: leavesOf({ ...sizes, count: clean }) };
  const lookAt = <T, K extends string>(state: T, look: Look<T, K>, count: number, of: LabImages): Observed<K> => {
    const batch = Math.min(usualBatch, count);
    const found = here(() => trace(lookingAt(look), [state, leaves[of], tensor(new Int32Array(batch)), false]).result);
    tally.add(here(() => flopsOf(flattenTree(found))) * Math.ceil(count / batch));
    const rows = Object.entries<AnyTensor>(found as Record<K, AnyTensor>).map(([name, { shape }]) => [
      name,
      noiseRows(count, sizeOf(shape.slice(1))),
    ]);
    return Object.fromEntries(rows) as Observed<K>;
  };
  const predictBy = async <Q, R>(
    by: Classifier<Q, R>,
    network: Network<Q, R>,
    labels: Int32Array = sets.train.labels,
  ): Promise<Predictions> => {
    const { probabilities } = lookAt(network, predictionOf(by), sizes.count, "train");
    return noisePredictions(labels, probabilities.length / sizes.count);
  };
  return {
    classifier,
    training,
    train: sets.train,
    clean: sets.clean,
    fresh: (_, key) => classifier.init(key),
    async phase<T>(phase: Phase<P, S, T>): Promise<PhaseEnd<T>> {
      const of = phase.images ?? "train";
      const batch = phase.batch ?? training.batch;
      const { weights, length } = phase;
      const data = { ...leaves[of], ...(weights === undefined ? {} : { weights: input([weights.length], "f32") }) };
      const state = here(() => mapTree(begin({ seed: 0 }, phase), filled)) as T;
      let epochs = 0;
      for (const [number, pass] of phase.passes.entries()) {
        const count = samplesOf(phase, number)?.length ?? sets[of].count;
        const perEpoch = Math.ceil(count / batch);
        const steps = "steps" in length ? length.steps : length.epochs * perEpoch;
        const shorter = count % batch === 0 ? 0 : Math.floor(steps / perEpoch); // the last of each whole epoch
        const sizes = [Math.min(batch, count), ...(shorter > 0 ? [count % batch] : [])];
        const [whole, last = 0] = here(() =>
          flopsOfStep({ flip: training.flip !== "off", data }, phase, { pass, state, sizes }),
        );
        tally.add((steps - shorter) * whole! + shorter * last);
        epochs = Math.ceil(steps / perEpoch); // the same for all passes
      }
      if (phase.network !== undefined) tally.evaluated(Math.ceil(epochs / (phase.evaluateEvery ?? 1)));
      const seen: AnyTensor[] = [];
      for (const _ of phase.at?.steps ?? []) {
        const look = await phase.at!.see(state);
        tally.add(flopsOf([look]));
        seen.push(filled(look));
      }
      return { state, seen };
    },
    predict: (network) => predictBy(classifier, network),
    predictBy,
    observe: async (state, look, samples, of = "train") => lookAt(state, look, samples?.length ?? sets[of].count, of),
  };
}

/** Classes in turn. */
function setOf(sizes: SetSizes): Dataset {
  const labels = Int32Array.from({ length: sizes.count }, (_, i) => i % sizes.classes);
  return { ...sizes, images: new Uint8Array(), labels };
}

function leavesOf({ count, height, width, channels }: SetSizes): DeviceData {
  return { images: input([count, height, width, channels], "u8"), labels: input([count], "i32") };
}

function input(shape: readonly number[], dtype: AnyTensor["dtype"]): AnyTensor {
  return leaf({ shape, dtype }, { kind: "input" });
}

/** A leaf in a program's place; one that holds values stays. Numbers are positive, so that a script can compute with them. */
function filled(given: AnyTensor): AnyTensor {
  if (given.node.source?.kind === "host") return given;
  const { shape, dtype } = given;
  const data = allocate(dtype, sizeOf(shape));
  if (dtype === "f32") data.set(noise(data.length));
  return hostLeaf({ shape, dtype }, data);
}

/** Numbers in (0, 1) without order: an integer hash of their places, since a model has millions of them. */
function noise(count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const mixed = Math.imul(i ^ (i >>> 15), 0x2c1b3c6d);
    const hash = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
    values[i] = (((hash ^ (hash >>> 15)) >>> 8) + 0.5) / 2 ** 24;
  }
  return values;
}

/** Rows of noise, each column half as large as the one before down to 2⁻¹²: principal components of equal size would take long to find. */
function noiseRows(count: number, columns: number): Float32Array {
  return noise(count * columns).map((value, i) => value * 2 ** -Math.min(i % columns, 12));
}

/** Losses that have nothing to do with the labels, and probabilities that fit them. */
function noisePredictions(labels: Int32Array, classes: number): Predictions {
  const losses = noise(labels.length).map((value) => 3 * value);
  const probabilities = new Float32Array(labels.length * classes);
  for (const [i, loss] of losses.entries()) {
    const own = Math.exp(-loss);
    probabilities.fill((1 - own) / (classes - 1), i * classes, (i + 1) * classes);
    probabilities[i * classes + labels[i]!] = own;
  }
  return { probabilities, classes: labels.slice(), losses };
}
