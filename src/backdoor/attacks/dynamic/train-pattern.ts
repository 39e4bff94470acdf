import { valueAndGrad } from "../../../autodiff/grad.ts";
import { adam } from "../../../nn/adam.ts";
import { crossEntropy } from "../../../nn/losses.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../../../nn/models/small-conv-net.ts";
import { concat } from "../../../tensor/ops/concat.ts";
import { add } from "../../../tensor/ops/elementwise.ts";
import { gather } from "../../../tensor/ops/gather.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import { slice } from "../../../tensor/ops/slice.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { PrepareContext } from "../../attack.ts";
import { trainAttack } from "../../attack-training.ts";
import { dataOfBatch, imagesOf, isStreamed } from "../../device-data.ts";
import type { SurrogateClassifier } from "../../surrogate.ts";
import type { Generator, GeneratorParams, GeneratorStats } from "./generator.ts";
import { applyGenerator, initGenerator } from "./generator.ts";
import { diversityLoss } from "./losses.ts";
import type { DynamicTraining } from "./train-mask.ts";
import { generatorAdam, generatorRate, pairsOf } from "./train-mask.ts";
import { maskOf, mixed, normalised } from "./trigger.ts";

/** What the pattern network trains with. */
export interface PatternTraining extends DynamicTraining {
  readonly mask: Generator;
  readonly classifier: SurrogateClassifier;
  /** Samples of a batch that get their own trigger and the target; as many get another image's and keep their label. */
  readonly attacked: number;
  /** The class that the trigger calls for, by label. */
  readonly targets: Int32Array;
}

interface Weights {
  readonly pattern: GeneratorParams;
  readonly classifier: SmallConvNetParams;
}

const classifierRate = 1e-3;

/**
 * Trains the pattern network G together with a classifier f that is to obey it. Of each batch, the first part gets its own trigger
 * and the target label, as many get the trigger of another image and keep their label, the rest stays clean:
 *
 *     mean CE(f(x'), y') + mean(‖x₁ − x₂‖ / ‖p₁ − p₂‖),   p = G(x), normalised as the images are
 *
 * @returns G.
 */
export async function trainPattern(context: PrepareContext, training: PatternTraining): Promise<Generator> {
  const { data, scale, width, batch, steps, key, mask, classifier, attacked, targets } = training;
  const [generatorOptimizer, classifierOptimizer] = [adam(generatorAdam), adam()];
  const seed = tensor(Uint32Array.from(key));
  const channels = data.images.shape[3]!;
  const pattern = initGenerator(seed, { channels, width, out: channels });
  const network = classifier.init(seed);
  const next = pairsOf(training);
  const calledFor = tensor(targets);
  const streamed = isStreamed(data);
  const trained = await trainAttack(context, {
    stage: "pattern",
    steps,
    state: {
      weights: { pattern: pattern.params, classifier: network.params } as Weights,
      stats: { pattern: pattern.stats, classifier: network.stats },
      moments: {
        pattern: generatorOptimizer.init(pattern.params),
        classifier: classifierOptimizer.init(network.params),
      },
    },
    inputs: (step) => {
      const [first, second] = next(step) as [Int32Array, Int32Array];
      const indices = Int32Array.of(...first, ...second.subarray(0, attacked));
      return {
        data: dataOfBatch(data, indices),
        scale,
        mask,
        indices: tensor(indices),
        lr: generatorRate(step, steps),
      };
    },
    step(state, { data: given, scale, mask, indices, lr }) {
      const part = (x: AnyTensor, start: number, stop?: number): AnyTensor =>
        slice(x, { axis: 0, start, ...(stop === undefined ? {} : { stop }) });
      const all = imagesOf(given, indices, streamed); // the batch, then the images whose triggers some of it gets
      const x = part(all, 0, batch);
      const truth = gather(given.labels, part(indices, 0, batch));
      const y = concat([gather(calledFor, part(truth, 0, attacked)), part(truth, attacked)]);
      const sources = concat([part(x, 0, attacked), part(all, batch)]);
      const masks = maskOf({ mask, scale, pattern: mask }, sources);
      const objective = (
        weights: Weights,
      ): { value: AnyTensor; aux: { pattern: GeneratorStats; classifier: SmallConvNetStats } } => {
        const generator = { params: weights.pattern, stats: state.stats.pattern };
        const { y: patterns, stats } = applyGenerator(generator, normalised(sources, scale), {
          train: true,
          out: channels,
        });
        const receivers = part(x, 0, 2 * attacked); // the first half are the sources themselves
        const poisoned = concat([mixed(receivers, patterns, masks), part(x, 2 * attacked)]);
        const out = classifier.apply(weights.classifier, state.stats.classifier, poisoned, { train: true });
        const diversity = diversityLoss(normalised(sources, scale), normalised(patterns, scale));
        const value = add(mean(crossEntropy(out.logits, y)), diversity);
        return { value, aux: { pattern: stats, classifier: out.stats } };
      };
      const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(state.weights);
      const { moments, weights } = state;
      const generated = generatorOptimizer.update(gradient.pattern, moments.pattern, weights.pattern, { lr });
      const classified = classifierOptimizer.update(gradient.classifier, moments.classifier, weights.classifier, {
        lr: classifierRate,
      });
      return {
        state: {
          weights: { pattern: generated.params, classifier: classified.params },
          stats: aux,
          moments: { pattern: generated.state, classifier: classified.state },
        },
        loss: value,
      };
    },
  });
  return { params: trained.weights.pattern, stats: trained.stats.pattern };
}
