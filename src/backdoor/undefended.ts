import { scheduleOf } from "../nn/decay.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Network } from "../nn/network.ts";
import { sgd } from "../nn/sgd.ts";
import { beginTraining, supervisedStep } from "../nn/supervised-step.ts";
import type { Lab } from "./lab.ts";

/**
 * Trains the lab's classifier as if nothing were wrong, as the delivered model is trained. The result is the same, bit for bit, under
 * every name.
 *
 * @param name - of the phase.
 */
export async function trainUndefended<P extends object, S>(lab: Lab<P, S>, name = "clean"): Promise<Network<P, S>> {
  const { classifier, training } = lab;
  const { state } = await lab.phase({
    name,
    ...(name === "clean" ? {} : { title: `${name} model` }),
    length: { epochs: training.clean.epochs },
    augment: training.clean.augment,
    rates: { lr: scheduleOf(training.clean, training.clean.epochs) },
    stream: 1,
    init: (key) => beginTraining(lab.fresh("clean", key(0)), sgd(training.optimizer)),
    passes: [
      (state, batch, { key, rates }) =>
        supervisedStep(state, batch, {
          classifier,
          optimizer: sgd(training.optimizer),
          loss: crossEntropy,
          key,
          lr: rates["lr"]!,
        }),
    ],
    network: ({ params, stats }) => ({ params, stats }),
  });
  return { params: state.params, stats: state.stats };
}
