import type { Defence } from "../../../src/backdoor/defence.ts";
import type { Lab, Phase } from "../../../src/backdoor/lab.ts";
import { scheduleOf } from "../../../src/nn/decay.ts";
import { crossEntropy } from "../../../src/nn/losses.ts";
import { sgd } from "../../../src/nn/sgd.ts";
import type { Training } from "../../../src/nn/supervised-step.ts";
import { beginTraining, supervisedStep } from "../../../src/nn/supervised-step.ts";
import type { OptionsOf } from "../../../src/options/option.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const options = {
  steps: { kind: "integer", default: 6, from: 1, to: 1000, unit: "steps", doc: "length of the first phase" },
  share: { kind: "number", default: 0.5, from: 0.1, to: 1, doc: "part of the images that the second phase keeps" },
} as const;

/** Trains, looks at the losses on the way, and goes on with the images that were hardest at the last look. */
export const twice: Defence<OptionsOf<typeof options>> = {
  name: "twice",
  summary: "trains on all images, then on the hard ones",
  source: "made up for a test",
  needs: "poisonRate",
  options,
  async train<P extends object, S>(lab: Lab<P, S>, { steps, share }: OptionsOf<typeof options>) {
    const { training } = lab;
    const phase = (start: Training<P, S> | null): Omit<Phase<P, S, Training<P, S>>, "name" | "stream" | "length"> => ({
      augment: "none",
      rates: { lr: scheduleOf(training.clean, training.clean.epochs) },
      init: (key) => start ?? beginTraining(lab.fresh("clean", key(0)), sgd(training.optimizer)),
      passes: [
        (state, batch, { key, rates }) =>
          supervisedStep(state, batch, {
            classifier: lab.classifier,
            optimizer: sgd(training.optimizer),
            loss: crossEntropy,
            key,
            lr: rates["lr"]!,
          }),
      ],
      network: ({ params, stats }) => ({ params, stats }),
    });
    const first = await lab.phase({
      ...phase(null),
      name: "all",
      title: "first look",
      stream: 2,
      length: { steps },
      at: { steps: [Math.ceil(steps / 2), steps], see: async (network) => tensor((await lab.predict(network)).losses) },
    });
    const losses = await first.seen.at(-1)!.data();
    const hard = Array.from(losses, (_, i) => i).sort((a, b) => losses[b]! - losses[a]!);
    const { state } = await lab.phase({
      ...phase(first.state),
      name: "clean",
      title: "second look",
      stream: 1,
      samples: Int32Array.from(hard.slice(0, Math.ceil(hard.length * share))).sort(),
      length: { epochs: training.clean.epochs },
    });
    const network = { params: state.params, stats: state.stats };
    return { network, suspicion: losses.map((loss) => -loss), evidence: { loss: losses } };
  },
};
