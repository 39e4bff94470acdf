import { adam } from "../../../nn/adam.ts";
import { crossEntropy } from "../../../nn/losses.ts";
import { shortcutNet } from "../../../nn/models/shortcut-net.ts";
import { beginTraining, supervisedStep } from "../../../nn/supervised-step.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { Lab } from "../../lab.ts";
import type { Predictions } from "../../predict.ts";
import { outOfFold, twoFolds } from "../out-of-fold.ts";
import { matchedSamples } from "./matched-samples.ts";

/** What {@link triggerScore} tells apart. */
export interface Contrast {
  /** 1 for an image that may carry a trigger, else 0. */
  readonly positive: Uint8Array;
  /** 1 for an image that carries none, as far as is known, else 0. */
  readonly reference: Uint8Array;
  /** The class that each image looks like. */
  readonly looks: Int32Array;
}

/** Images per step, learning rate of Adam; steps, and those after which to look: the first quarter is too early. */
const [batch, rate, steps] = [32, 2e-3, 1248];
const looksAt = [steps / 2, (3 * steps) / 4, steps] as const;

/**
 * How much each image looks like the positives rather than the references, apart from what it shows: logits of a `shortcutNet`
 * that learnt the difference from matched pairs of the other half of the set, mean over three looks.
 *
 * @param options.round - 1 or 2: names the phases. @param options.stream - the first of two numbers of random streams.
 * @returns one number per image, 0 where both are equally likely; null if there are no pairs.
 */
export async function triggerScore<P, S>(
  lab: Lab<P, S>,
  { positive, reference, looks }: Contrast,
  { round, stream }: { readonly round: number; readonly stream: number },
): Promise<Float64Array | null> {
  const { count, channels } = lab.train;
  const classifier = shortcutNet(channels, 2);
  const optimizer = adam();
  const labels = Int32Array.from(positive);
  const folds = twoFolds(count);
  const rows: Float64Array[] = [];
  for (const [which, half] of [folds[1], folds[0]].entries()) {
    const samples = matchedSamples(half, { positive, reference }, looks, {
      pairs: (steps * batch) / 2,
      key: [round, which],
    });
    if (samples === null) return null;
    const { seen } = await lab.phase({
      name: `trigger ${round}.${which + 1}`,
      title: `trigger model ${2 * round - 1 + which} of 4`,
      stream: stream + which,
      samples,
      labels,
      length: { steps },
      batch,
      augment: "none",
      rates: { lr: { kind: "constant", lr: rate } },
      init: (key) => beginTraining(classifier.init(key(0)), optimizer),
      passes: [
        (state, batch, { key, rates }) =>
          supervisedStep(state, batch, { classifier, optimizer, loss: crossEntropy, key, lr: rates["lr"]! }),
      ],
      at: {
        steps: looksAt,
        see: async ({ params, stats }) =>
          tensor(logitsOf(await lab.predictBy(classifier, { params, stats }, new Int32Array(count)))),
      },
    });
    const logits = await Promise.all(seen.map((look) => look.data()));
    rows.push(
      Float64Array.from({ length: count }, (_, i) => logits.reduce((sum, of) => sum + of[i]!, 0) / logits.length),
    );
  }
  return outOfFold(folds, rows, count);
}

/** The smallest probability that f32 holds in full. */
const smallest = 1.2e-38;

/** ln(p₁/p₀), from the probability of 1 and the loss of 0: neither loses digits where the other does. */
function logitsOf({ probabilities, losses }: Predictions): Float32Array {
  return losses.map((loss, i) => Math.log(Math.max(smallest, probabilities[2 * i + 1]!)) + loss);
}
