import { scheduleOf } from "../../nn/decay.ts";
import { crossEntropy } from "../../nn/losses.ts";
import { sgd } from "../../nn/sgd.ts";
import { beginTraining, supervisedStep } from "../../nn/supervised-step.ts";
import type { Defence } from "../defence.ts";

/** Training as if nothing were wrong: what a defence is compared with. */
export const none: Defence = {
  name: "none",
  summary: "plain training, to compare with",
  source: "stochastic gradient descent on the cross entropy",
  needs: "nothing",
  options: {},
  async train(lab) {
    const { classifier, training } = lab;
    const { state: network } = await lab.phase({
      name: "clean",
      length: { epochs: training.clean.epochs },
      augment: training.clean.augment,
      rates: { lr: scheduleOf(training.clean) },
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
    return { network: { params: network.params, stats: network.stats } };
  },
};
