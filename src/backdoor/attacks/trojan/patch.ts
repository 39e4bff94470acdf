import { grad } from "../../../autodiff/grad.ts";
import { clip } from "../../../tensor/ops/activations.ts";
import { add, mul, sign, square, sub } from "../../../tensor/ops/elementwise.ts";
import { gather } from "../../../tensor/ops/gather.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import { pad } from "../../../tensor/ops/pad.ts";
import { uniform } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { PrepareContext } from "../../attack.ts";
import { batchesOf, trainAttack } from "../../attack-training.ts";
import type { DeviceData } from "../../device-data.ts";
import { dataOfBatch, imagesOf, isStreamed } from "../../device-data.ts";
import type { SurrogateClassifier, SurrogateNetwork } from "../../surrogate.ts";

/** Where the patch lies. */
export interface Placement {
  /** The patch has side×side pixels. */
  readonly side: number;
  readonly top: number;
  readonly left: number;
}

/** 3×3 at rows and columns 25 … 27 of 32×32 pixels; on other sizes in proportion, 3×3 at least. */
export function placementFor({ height, width }: { readonly height: number; readonly width: number }): Placement {
  const side = Math.max(3, Math.round((3 * Math.min(height, width)) / 32));
  const from = (length: number): number => Math.max(0, Math.round((28 * length) / 32) - side);
  return { side, top: from(height), left: from(width) };
}

/** Units of the layer below the logits whose weights to all classes are largest in sum, among the first `among`. */
export function strongestUnits(
  weight: ArrayLike<number>,
  { classes, among, count }: { readonly classes: number; readonly among: number; readonly count: number },
): Int32Array {
  const sums = Array.from({ length: among }, (_, unit) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.abs(weight[unit * classes + k]!);
    return { unit, sum };
  });
  return Int32Array.from(sums.sort((a, b) => b.sum - a.sum).slice(0, count), ({ unit }) => unit).sort();
}

/** What a patch is optimised against. */
export interface PatchTraining {
  readonly classifier: SurrogateClassifier;
  readonly network: SurrogateNetwork;
  readonly data: DeviceData;
  /** Units of z. */
  readonly units: Int32Array;
  readonly placement: Placement;
  /** What each unit's activation is driven to. */
  readonly activation: number;
  readonly steps: number;
  readonly stepSize: number;
  readonly key: readonly [number, number];
}

const batch = 32;

/**
 * Optimises a patch m so that it drives some units of a trained network, by signs of the gradient:
 *
 *     m ← clip(m − η·sign(∇ mean (a(clip(x + m)) − activation)²), 0, 1)
 *
 * @returns the patch, `f32 (side, side, c)` in [0, 1], on the device.
 */
export async function optimisePatch(context: PrepareContext, training: PatchTraining): Promise<AnyTensor> {
  const { data, placement, activation, steps, stepSize, key } = training;
  const [count, , , channels] = data.images.shape as [number, number, number, number];
  const next = batchesOf(key, { count, batch });
  const streamed = isStreamed(data);
  const { patch } = await trainAttack(context, {
    stage: "patch",
    steps,
    state: { patch: uniform(tensor(Uint32Array.from(key)), [placement.side, placement.side, channels]) as AnyTensor },
    inputs: (step) => ({ ...imagesAt(data, next(step)), network: training.network }),
    step(state, { indices, images, network }) {
      const x = imagesOf({ images }, indices, streamed);
      const cost = (patch: AnyTensor): AnyTensor => {
        const activations = unitsOf(training, network, stampedBatch(x, patch, placement));
        return mean(square(sub(activations, activation)));
      };
      const moved = sub(state.patch, mul(sign(grad(cost)(state.patch)), stepSize));
      return { state: { patch: clip(moved, { min: 0, max: 1 }) }, loss: cost(state.patch) };
    },
  });
  return patch;
}

/** Mean activation of the units on some training images, without and with the patch. */
export async function meanActivations(
  { device }: PrepareContext,
  training: PatchTraining,
  patch: AnyTensor,
): Promise<{ clean: number; stamped: number }> {
  const { data, placement, key } = training;
  const places = batchesOf(key, { count: data.labels.shape[0]!, batch: 8 * batch })(0);
  const streamed = isStreamed(data);
  const program = device.compile((m: AnyTensor, { images, indices }: ImagesAt, network: SurrogateNetwork) => {
    const x = imagesOf({ images }, indices, streamed);
    return {
      clean: mean(unitsOf(training, network, x)),
      stamped: mean(unitsOf(training, network, stampedBatch(x, m, placement))),
    };
  });
  const means = await program(patch, imagesAt(data, places), training.network);
  const [clean, stamped] = [await means.clean.item(), await means.stamped.item()];
  device.free(means);
  return { clean, stamped };
}

interface ImagesAt {
  readonly images: AnyTensor;
  readonly indices: AnyTensor;
}

/** What a program is given of a batch. */
function imagesAt(data: DeviceData, places: Int32Array): ImagesAt {
  return { images: dataOfBatch(data, places).images, indices: tensor(places) };
}

function unitsOf(
  { classifier, units }: PatchTraining,
  { params, stats }: SurrogateNetwork,
  images: AnyTensor,
): AnyTensor {
  const { z } = classifier.apply(params, stats, images, { train: false });
  return gather(z, tensor(units), { axis: 1 });
}

/** Adds the patch; sums above 1 saturate. */
function stampedBatch(x: AnyTensor, patch: AnyTensor, { side, top, left }: Placement): AnyTensor {
  const [, height, width] = x.shape as [number, number, number, number];
  const whole = pad(patch, {
    padding: [
      [top, height - top - side],
      [left, width - left - side],
      [0, 0],
    ],
  });
  return clip(add(x, whole), { max: 1 });
}
