import { backdooredLoss } from "../../../cbd/losses.ts";
import type { CbdOptions } from "../../../cbd/options.ts";
import { relativeDifficulty, suspicionOf } from "../../../cbd/sample-weights.ts";
import { scheduleOf } from "../../../nn/decay.ts";
import type { Network } from "../../../nn/network.ts";
import { sgd } from "../../../nn/sgd.ts";
import type { Training } from "../../../nn/supervised-step.ts";
import { beginTraining, supervisedStep } from "../../../nn/supervised-step.ts";
import { evaluateReference } from "../../../tensor/reference.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { Defended } from "../../defence.ts";
import { confounderOf } from "../../defence.ts";
import type { Lab } from "../../lab.ts";
import { networkOf, trainClean } from "./train-clean.ts";

/**
 * CBD as in the paper: f_B is a network like the delivered one, stopped early so that it has learnt the backdoor and little else;
 * f_C trains on all samples, each weighted by CE_B / (CE_B + CE_C).
 */
export async function trainByRelativeDifficulty<P extends object, S>(
  lab: Lab<P, S>,
  options: CbdOptions,
): Promise<Defended<P, S>> {
  const backdoored = networkOf(await trainBackdoored(lab, options));
  const confounder = confounderOf(lab, backdoored);
  const clean = await trainClean(lab, options, confounder);
  return { network: clean, confounder, ...(await suspect(lab, backdoored, clean)) };
}

async function trainBackdoored<P extends object, S>(lab: Lab<P, S>, options: CbdOptions): Promise<Training<P, S>> {
  const { classifier, training } = lab;
  const { backdoor } = options;
  const optimizer = sgd(training.optimizer);
  const { state } = await lab.phase<Training<P, S>>({
    name: "backdoor",
    title: "backdoored model",
    length: backdoor.steps > 0 ? { steps: backdoor.steps } : { epochs: backdoor.epochs },
    augment: backdoor.augment,
    rates: { lr: scheduleOf(backdoor, backdoor.epochs) },
    stream: 0,
    init: (key) => beginTraining(lab.fresh("backdoor", key(0)), optimizer),
    passes: [
      (state, batch, { key, rates }) =>
        supervisedStep(state, batch, {
          classifier,
          optimizer,
          loss: (logits, labels) => backdooredLoss(logits, labels, backdoor),
          key,
          lr: rates["lr"]!,
        }),
    ],
    network: networkOf,
  });
  return state;
}

/** Poison is easy for f_B and hard for f_C. */
async function suspect<P, S>(
  lab: Lab<P, S>,
  backdoored: Network<P, S>,
  clean: Network<P, S>,
): Promise<Omit<Defended<P, S>, "network">> {
  const { losses: lossBackdoored } = await lab.predict(backdoored);
  const { losses: lossClean } = await lab.predict(clean);
  const [b, c] = [tensor(lossBackdoored), tensor(lossClean)];
  const { suspicion, weight } = evaluateReference({ suspicion: suspicionOf(b, c), weight: relativeDifficulty(b, c) });
  return { suspicion: await suspicion.data(), evidence: { weight: await weight.data(), lossBackdoored, lossClean } };
}
