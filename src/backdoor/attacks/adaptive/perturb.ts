import { grad } from "../../../autodiff/grad.ts";
import { augmentBatch, plainBatch } from "../../../data/augment.ts";
import { crossEntropy } from "../../../nn/losses.ts";
import { clip } from "../../../tensor/ops/activations.ts";
import { sum } from "../../../tensor/ops/broadcast.ts";
import { concat } from "../../../tensor/ops/concat.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { add, mul, sign, sub } from "../../../tensor/ops/elementwise.ts";
import { gather } from "../../../tensor/ops/gather.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { PrepareContext } from "../../attack.ts";
import { batchesOf } from "../../attack-training.ts";
import type { DeviceData } from "../../device-data.ts";
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

const noKey = tensor(Uint32Array.of(0, 0)); // of batches without random choices
const noLoss = (): Promise<number> => Promise.resolve(Number.NaN);

/**
 * Perturbations of the poisoned images that keep a surrogate from learning the trigger:
 *
 *     min_θ Σ_clean CE(f_θ(x), y) + Σ_poison max_{‖δ‖∞ ≤ ε} CE(f_θ(x ⊕ t + δ), y_t)
 *
 * In each round every δ climbs by signs of its gradient, is cut to ±ε and to pixels in 0 … 1; then the surrogate learns on
 * batches of the whole set with the δ of the moment.
 *
 * @returns δ, `f32 (poisoned, h, w, c)`, on the device.
 */
export async function trainPerturbations(
  { device, onProgress }: PrepareContext,
  { data, poisoned, classifier, rounds, ascents, descents, epsilon, stepSize, batch, key }: AdversarialTraining,
): Promise<AnyTensor> {
  const [count, ...image] = data.images.shape as [number, number, number, number];
  const size = Math.min(batch, poisoned.length);
  const chunks = Array.from({ length: Math.ceil(poisoned.length / size) }, (_, chunk) =>
    Int32Array.from({ length: size }, (_, i) => poisoned[Math.min(chunk * size + i, poisoned.length - 1)]!),
  );
  const row = new Int32Array(count); // of δ, by image; row 0 is zero
  poisoned.forEach((index, i) => {
    row[index] = i + 1;
  });
  const climb = device.compile(
    ({ params, stats }: SurrogateNetwork, { images, labels }: DeviceData, at: AnyTensor, delta: AnyTensor) => {
      const x = augmentBatch(images, at, noKey, plainBatch);
      const loss = (d: AnyTensor): AnyTensor => {
        const { logits } = classifier.apply(params, stats, add(x, d), { train: false });
        return sum(crossEntropy(logits, gather(labels, at)));
      };
      const climbed = clip(add(delta, mul(sign(grad(loss)(delta)), stepSize)), { min: -epsilon, max: epsilon });
      return sub(clip(add(x, climbed), { min: 0, max: 1 }), x);
    },
  );
  const learn = device.compile(
    (
      state: TrainingSurrogate,
      { images, labels }: DeviceData,
      indices: AnyTensor,
      rows: AnyTensor,
      deltas: AnyTensor,
    ) =>
      surrogateStep(classifier, state, {
        images: add(augmentBatch(images, indices, noKey, plainBatch), gather(deltas, gather(rows, indices))),
        labels: gather(labels, indices),
      }),
    { donate: [0] },
  );
  const next = batchesOf(key, { count, batch });
  const rows = device.put(tensor(row));
  let state = await device.evaluate(beginSurrogate(classifier, key));
  let parts = await device.evaluate(chunks.map((): AnyTensor => zeros([size, ...image])));
  let deltas = await allOf(parts);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < ascents * chunks.length; i++) {
      const chunk = i % chunks.length;
      const climbed = await climb(
        { params: state.params, stats: state.stats },
        data,
        tensor(chunks[chunk]!),
        parts[chunk]!,
      );
      device.free(parts[chunk]);
      parts = parts.with(chunk, climbed);
    }
    device.free(deltas);
    deltas = await allOf(parts);
    let loss: AnyTensor | undefined;
    for (let i = 0; i < descents; i++) {
      device.free(loss);
      const step = await learn(state, data, next(round * descents + i), rows, deltas);
      ({ state, loss } = step);
    }
    const last = loss;
    await onProgress?.({
      stage: "perturbations",
      step: round + 1,
      steps: rounds,
      loss: () => last?.item() ?? noLoss(),
    });
    device.free(loss);
  }
  device.free([state, parts, rows]);
  return deltas;

  function allOf(these: readonly AnyTensor[]): Promise<AnyTensor> {
    return device.evaluate(concat([zeros([1, ...image]), ...these]));
  }
}
