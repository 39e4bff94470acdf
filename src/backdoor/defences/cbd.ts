import { cleanStep, fusedStep } from "../../cbd/clean-step.ts";
import { criticStep } from "../../cbd/critic-step.ts";
import { backdooredLoss } from "../../cbd/losses.ts";
import type { CbdOptions } from "../../cbd/options.ts";
import { cbdOptionTable, presets } from "../../cbd/options.ts";
import { relativeDifficulty, suspicionOf } from "../../cbd/sample-weights.ts";
import type { CleanContext, CleanMetrics, CleanState } from "../../cbd/state.ts";
import { beginClean } from "../../cbd/state.ts";
import { dependenceEstimators } from "../../mi/index.ts";
import { scheduleOf } from "../../nn/decay.ts";
import type { Network } from "../../nn/network.ts";
import { sgd } from "../../nn/sgd.ts";
import type { Training } from "../../nn/supervised-step.ts";
import { beginTraining, supervisedStep } from "../../nn/supervised-step.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { evaluateReference } from "../../tensor/reference.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { Defence, Defended } from "../defence.ts";
import type { Lab, Step, StepInputs } from "../lab.ts";

/**
 * CBD: first f_B on the samples as they are, stopped early so that it has learnt the backdoor and little else; then f_C with
 * weights, bottleneck and critic against it.
 */
export const cbd: Defence<CbdOptions> = {
  name: "cbd",
  summary: "a clean model that is deconfounded from an early-stopped backdoored one",
  source: "Zhang et al., Backdoor Defense via Deconfounded Representation Learning (CVPR 2023)",
  needs: "nothing",
  options: cbdOptionTable,
  presets,
  async train(lab, options) {
    const backdoored = networkOf(await trainBackdoored(lab, options));
    const clean = networkOf(await trainClean(lab, options, backdoored));
    return { network: clean, ...(await suspect(lab, backdoored, clean)) };
  },
};

const networkOf = <P, S>({ params, stats }: Network<P, S>): Network<P, S> => ({ params, stats });

async function trainBackdoored<P extends object, S>(lab: Lab<P, S>, options: CbdOptions): Promise<Training<P, S>> {
  const { classifier, training } = lab;
  const { backdoor } = options;
  const { state } = await lab.phase<Training<P, S>>({
    name: "backdoor",
    title: "backdoored model",
    length: backdoor.steps > 0 ? { steps: backdoor.steps } : { epochs: backdoor.epochs },
    augment: backdoor.augment,
    rates: { lr: scheduleOf(backdoor) },
    stream: 0,
    init: (key) => beginTraining(lab.fresh("backdoor", key(0)), sgd(training.optimizer)),
    passes: [
      (state, batch, { key, rates }) =>
        supervisedStep(state, batch, {
          classifier,
          optimizer: sgd(training.optimizer),
          loss: (logits, labels) => backdooredLoss(logits, labels, backdoor),
          key,
          lr: rates["lr"]!,
        }),
    ],
    network: networkOf,
  });
  return state;
}

async function trainClean<P extends object, S>(
  lab: Lab<P, S>,
  options: CbdOptions,
  backdoored: Network<P, S>,
): Promise<CleanState<P, S>> {
  const { classifier, training } = lab;
  const { critic } = options;
  const estimator = dependenceEstimators.find(({ name }) => name === critic.estimator)!;
  const parts = { classifier, backdoored, estimator, optimizer: training.optimizer, options };
  const context = ({ key, rates }: StepInputs): CleanContext<P, S> => ({
    ...parts,
    key,
    lr: rates["lr"]!,
    criticLr: rates["critic"]!,
  });
  const train = critic.passes === "fused" ? fusedStep : cleanStep;
  const clean: Step<CleanState<P, S>> = (state, batch, inputs) => named(train(state, batch, context(inputs)));
  const criticPass: Step<CleanState<P, S>> = (state, batch, inputs) => criticStep(state, batch, context(inputs));
  const before = options.lambda > 0 && critic.passes === "twoPass" ? critic.steps : 0;
  const { state } = await lab.phase<CleanState<P, S>>({
    name: "clean",
    title: "clean model",
    length: { epochs: training.clean.epochs },
    augment: training.clean.augment,
    rates: { lr: scheduleOf(training.clean), critic: scheduleOf(critic) },
    stream: 1,
    init: (key) => {
      const network = lab.fresh("clean", key(0));
      return beginClean(network, parts, { features: embeddingSize(lab, network), key: key(1) });
    },
    passes: [...Array.from({ length: before }, () => criticPass), clean],
    network: networkOf,
  });
  return state;
}

function named<T>({ state, metrics }: { state: T; metrics: CleanMetrics }): {
  state: T;
  metrics: Readonly<Record<string, AnyTensor>>;
} {
  return { state, metrics: { ...metrics } };
}

/** h of z `(n, h)`, from the program of one image. */
function embeddingSize<P, S>({ classifier, train }: Lab<P, S>, { params, stats }: Network<P, S>): number {
  const image = zeros([1, train.height, train.width, train.channels]);
  return classifier.apply(params, stats, image, { train: false }).z.shape[1]!;
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
