import { cleanStep, fusedStep } from "../../../cbd/clean-step.ts";
import { criticStep } from "../../../cbd/critic-step.ts";
import type { CbdOptions } from "../../../cbd/options.ts";
import type { CleanContext, CleanMetrics, CleanState } from "../../../cbd/state.ts";
import { beginClean } from "../../../cbd/state.ts";
import { dependenceEstimators } from "../../../mi/index.ts";
import type { Classifier } from "../../../nn/classifier.ts";
import { scheduleOf } from "../../../nn/decay.ts";
import type { Network } from "../../../nn/network.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import type { Confounder } from "../../defence.ts";
import type { Lab, Phase, Step, StepInputs } from "../../lab.ts";

/** The phase of f_C: what it learns, by what weights and labels, is the caller's. */
export async function trainClean<P extends object, S>(
  lab: Lab<P, S>,
  options: CbdOptions,
  confounder: Confounder,
  samples: Pick<Phase<P, S, unknown>, "weights" | "labels"> = {},
): Promise<Network<P, S>> {
  const { classifier, training } = lab;
  const { critic } = options;
  const { epochs } = training.clean;
  const estimator = dependenceEstimators.find(({ name }) => name === critic.estimator)!;
  const parts = {
    classifier,
    backdoored: confounder.network,
    backdooredBy: confounder.classifier,
    estimator,
    optimizer: training.optimizer,
    options,
  };
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
    ...samples,
    name: "clean",
    title: "clean model",
    length: { epochs },
    augment: training.clean.augment,
    rates: { lr: scheduleOf(training.clean, epochs), critic: scheduleOf(critic, epochs) },
    stream: 1,
    init: (key) => {
      const network = lab.fresh("clean", key(0));
      const r = embeddingSize(lab, confounder.classifier, confounder.network);
      return beginClean(network, parts, { features: { r, z: embeddingSize(lab, classifier, network) }, key: key(1) });
    },
    passes: [...Array.from({ length: before }, () => criticPass), clean],
    network: networkOf,
  });
  return networkOf(state);
}

/** Without what else a training state holds. */
export const networkOf = <P, S>({ params, stats }: Network<P, S>): Network<P, S> => ({ params, stats });

function named<T>({ state, metrics }: { state: T; metrics: CleanMetrics }): {
  state: T;
  metrics: Readonly<Record<string, AnyTensor>>;
} {
  return { state, metrics: { ...metrics } };
}

/** h of z `(n, h)`, from the program of one image. */
function embeddingSize<P, S>(
  { train }: Pick<Lab<unknown, unknown>, "train">,
  classifier: Classifier<P, S>,
  { params, stats }: Network<P, S>,
): number {
  const image = zeros([1, train.height, train.width, train.channels]);
  return classifier.apply(params, stats, image, { train: false }).z.shape[1]!;
}
