import { grad } from "../../../autodiff/grad.ts";
import { crossEntropy } from "../../../nn/losses.ts";
import type { Device, Program } from "../../../tensor/device.ts";
import { clip } from "../../../tensor/ops/activations.ts";
import { sum } from "../../../tensor/ops/broadcast.ts";
import { concat } from "../../../tensor/ops/concat.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { add, mul, sign, sub } from "../../../tensor/ops/elementwise.ts";
import { gather } from "../../../tensor/ops/gather.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { hostLeaf, tensor } from "../../../tensor/tensor.ts";
import type { AttackStage, PrepareContext } from "../../attack.ts";
import { batchesOf } from "../../attack-training.ts";
import type { DeviceData } from "../../device-data.ts";
import { dataOfBatch, fitsDevice, imagesOf, isStreamed, placesOf, rowsOf } from "../../device-data.ts";
import type { SurrogateClassifier, SurrogateNetwork, TrainingSurrogate } from "../../surrogate.ts";
import { beginSurrogate, surrogateStep } from "../../surrogate.ts";

/** The game between perturbations and a surrogate. */
export interface AdversarialTraining {
  /** The training set with the plain trigger, relabelled. */
  readonly data: DeviceData;
  readonly poisoned: Int32Array;
  readonly classifier: SurrogateClassifier;
  readonly rounds: number;
  /** PGD steps per round, and steps of the surrogate. */
  readonly ascents: number;
  readonly descents: number;
  /** Largest change of a pixel, and the size of a PGD step; of 1. */
  readonly epsilon: number;
  readonly stepSize: number;
  readonly batch: number;
  /** Two u32 words. */
  readonly key: readonly [number, number];
}

/** What a step needs and leaves. */
interface Game {
  readonly surrogate: TrainingSurrogate;
  /** δ of the poisoned images, `f32 (batch, h, w, c)` each: on the device, or in memory where they are too large for it. */
  readonly parts: readonly AnyTensor[];
}

/**
 * Perturbations of the poisoned images that keep a surrogate from learning the trigger:
 *
 *     min_θ Σ_clean CE(f_θ(x), y) + Σ_poison max_{‖δ‖∞ ≤ ε} CE(f_θ(x ⊕ t + δ), y_t)
 *
 * In each round every δ climbs by signs of its gradient, is cut to ±ε and to pixels in 0 … 1; then the surrogate learns on
 * batches of the whole set with the δ of the moment.
 *
 * A step is one of PGD on a part of the images, or one of the surrogate.
 *
 * @returns δ, `(poisoned, h, w, c)`, row-major.
 */
export async function trainPerturbations(
  context: PrepareContext,
  training: AdversarialTraining,
): Promise<Float32Array> {
  const { device, residentBytes, train } = context;
  const { data, poisoned, classifier, rounds, ascents, descents, batch, key } = training;
  const [count, ...image] = data.images.shape as [number, number, number, number];
  const size = Math.min(batch, poisoned.length);
  const partCount = Math.ceil(poisoned.length / size);
  const places = Array.from({ length: partCount }, (_, part) =>
    Int32Array.from({ length: size }, (_, i) => poisoned[Math.min(part * size + i, poisoned.length - 1)]!),
  );
  const row = new Int32Array(count); // of δ, by image; row 0 is zero
  poisoned.forEach((index, i) => {
    row[index] = i + 1;
  });
  const values = image.reduce((a, b) => a * b);
  const onDevice = fitsDevice(device, 4 * values * (1 + partCount * size), residentBytes);
  const [climb, learn] = compileSteps(device, training, !onDevice);
  const next = batchesOf(key, { count, batch });
  const noChange = new Float32Array(size * values);
  let deltas: AnyTensor | null = null; // of all parts, once the surrogate asks for them
  const perRound = ascents * partCount + descents;
  const game: AttackStage<Game> = {
    stage: "perturbations",
    steps: rounds * perRound,
    state: {
      surrogate: beginSurrogate(classifier, key),
      parts: places.map(() => hostLeaf({ shape: [size, ...image], dtype: "f32" }, noChange)),
    },
    place: async ({ surrogate, parts }) => ({
      surrogate: await device.evaluate(surrogate),
      parts: onDevice ? device.put(parts) : parts,
    }),
    async advance({ surrogate, parts }, step) {
      const [round, at] = [Math.floor(step / perRound), step % perRound];
      if (at < ascents * partCount) {
        device.free(deltas);
        deltas = null;
        const part = at % partCount;
        const network = { params: surrogate.params, stats: surrogate.stats };
        const indices = places[part]!;
        const climbed = await climb(network, dataOfBatch(data, indices), tensor(indices), parts[part]!);
        device.free(parts[part]);
        return {
          state: { surrogate, parts: parts.with(part, onDevice ? climbed : await toHost(climbed)) },
          loss: null,
        };
      }
      deltas ??= await joined(parts);
      const indices = next(round * descents + at - ascents * partCount);
      const rows = indices.map((index) => row[index]!);
      const { state, loss } = await learn(
        surrogate,
        dataOfBatch(data, indices),
        tensor(indices),
        rowsOf(deltas, rows),
        tensor(rows),
      );
      return { state: { surrogate: state, parts }, loss };
    },
  };
  const { parts } = await train(game).finally(() => device.free(deltas));
  const all = new Float32Array(partCount * size * values);
  for (const [part, delta] of parts.entries()) all.set(await delta.data(), part * size * values);
  return all.subarray(0, poisoned.length * values);

  /** Row 0 and all parts, `f32 (1 + …, h, w, c)`. */
  async function joined(parts: readonly AnyTensor[]): Promise<AnyTensor> {
    if (onDevice) return device.evaluate(concat([zeros([1, ...image]), ...parts]));
    const rows = new Float32Array(values * (1 + partCount * size));
    for (const [part, delta] of parts.entries()) rows.set(await delta.data(), values * (1 + part * size));
    return hostLeaf({ shape: [1 + partCount * size, ...image], dtype: "f32" }, rows);
  }

  async function toHost(delta: AnyTensor): Promise<AnyTensor> {
    const leaf = hostLeaf(delta, await delta.data());
    device.free(delta);
    return leaf;
  }
}

type Climb = Program<[SurrogateNetwork, DeviceData, AnyTensor, AnyTensor], AnyTensor>;
type Learn = Program<
  [TrainingSurrogate, DeviceData, AnyTensor, AnyTensor, AnyTensor],
  { state: TrainingSurrogate; loss: AnyTensor }
>;

/** Both steps. @param streamed - whether the second one is given only the rows of δ that it needs. */
function compileSteps(
  device: Device,
  { data, classifier, epsilon, stepSize }: AdversarialTraining,
  streamed: boolean,
): readonly [Climb, Learn] {
  const imagesStreamed = isStreamed(data);
  const climb: Climb = device.compile(({ params, stats }, given, at, delta) => {
    const x = imagesOf(given, at, imagesStreamed);
    const loss = (d: AnyTensor): AnyTensor => {
      const { logits } = classifier.apply(params, stats, add(x, d), { train: false });
      return sum(crossEntropy(logits, gather(given.labels, at)));
    };
    const climbed = clip(add(delta, mul(sign(grad(loss)(delta)), stepSize)), { min: -epsilon, max: epsilon });
    return sub(clip(add(x, climbed), { min: 0, max: 1 }), x);
  });
  const learn: Learn = device.compile(
    (state, given, indices, deltas, rows) =>
      surrogateStep(classifier, state, {
        images: add(imagesOf(given, indices, imagesStreamed), gather(deltas, placesOf(rows, streamed))),
        labels: gather(given.labels, indices),
      }),
    { donate: [0] },
  );
  return [climb, learn];
}
