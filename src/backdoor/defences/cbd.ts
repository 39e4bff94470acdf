import { cleanStep, fusedStep } from "../../cbd/clean-step.ts";
import { discriminatorStep } from "../../cbd/critic-step.ts";
import type { CbdOptions } from "../../cbd/options.ts";
import type { CleanContext, CleanState } from "../../cbd/state.ts";
import type { AugmentKind } from "../../data/augment-kind.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Classifier } from "../../nn/classifier.ts";
import type { Batch, Network } from "../../nn/network.ts";
import type { Schedule } from "../../nn/schedule.ts";
import { backdooredStep } from "../../nn/supervised-step.ts";
import type { Operand } from "../../tensor/ops/signatures.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { PhaseName } from "../lab-state.ts";

/** Inputs of a step that change from call to call. */
export interface StepInputs<P, S> {
  readonly backdoored: Network<P, S> | null;
  readonly key: AnyTensor;
  readonly lr: Operand;
  readonly criticLr: Operand;
}

/** One way over the data. */
export interface Pass<P, S> {
  /** Names of the metrics that `run` returns. */
  readonly metrics: readonly string[];
  run(
    state: CleanState<P, S>,
    batch: Batch,
    inputs: StepInputs<P, S>,
  ): { state: CleanState<P, S>; metrics: Readonly<Record<string, AnyTensor>> };
}

/** A stretch of training with one kind of step. */
export interface Phase<P, S> {
  readonly name: PhaseName;
  /** Steps over all epochs, of each pass. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly augment: AugmentKind;
  readonly schedule: Schedule;
  readonly criticSchedule: Schedule;
  /** Whether a critic trains with the network. */
  readonly critic: boolean;
  /** The ways over the data that make an epoch. */
  readonly passes: readonly Pass<P, S>[];
}

/** What phases are made from. */
interface Plan<P, S> {
  readonly classifier: Classifier<P, S>;
  readonly options: CbdOptions;
  readonly dataset: Dataset;
}

/** f_B, then f_C with its critic: the defence. */
export function cbdPhases<P extends object, S>(plan: Plan<P, S>): readonly Phase<P, S>[] {
  const { classifier, options, dataset } = plan;
  const { backdoor, critic } = options;
  const withCritic = options.lambda > 0;
  const context = (inputs: StepInputs<P, S>): CleanContext<P, S> => ({
    ...inputs,
    backdoored: inputs.backdoored!, // the clean phase starts with it
    classifier,
    options,
  });
  const metrics = ["loss", "lossClean", "lossBackdoored", "dependence"];
  const clean: Pass<P, S> = {
    metrics,
    run: (state, batch, inputs) => {
      const step = critic.passes === "fused" ? fusedStep : cleanStep;
      const next = step(state, batch, context(inputs));
      return { state: next.state, metrics: { ...next.metrics } };
    },
  };
  const discriminator: Pass<P, S> = {
    metrics: [],
    run: (state, batch, inputs) => discriminatorStep(state, batch, context(inputs)),
  };
  const before = withCritic && critic.passes === "twoPass" ? critic.steps : 0;
  const stepsPerEpoch = Math.ceil(dataset.count / options.batch);
  return [
    {
      name: "backdoor",
      steps: backdoor.steps > 0 ? backdoor.steps : backdoor.epochs * stepsPerEpoch,
      stepsPerEpoch,
      augment: backdoor.augment,
      schedule: backdoor.schedule,
      criticSchedule: critic.schedule,
      critic: false,
      passes: [plainPass(classifier, options, backdoor)],
    },
    {
      ...plainPhase(plan),
      critic: withCritic,
      passes: [...Array.from({ length: before }, () => discriminator), clean],
    },
  ];
}

/** Training as if nothing were wrong, by f_C's settings: what a defence is compared with. */
export function plainPhases<P extends object, S>(plan: Plan<P, S>): readonly Phase<P, S>[] {
  return [plainPhase(plan)];
}

function plainPhase<P extends object, S>({ classifier, options, dataset }: Plan<P, S>): Phase<P, S> {
  const stepsPerEpoch = Math.ceil(dataset.count / options.batch);
  return {
    name: "clean",
    steps: options.clean.epochs * stepsPerEpoch,
    stepsPerEpoch,
    augment: options.clean.augment,
    schedule: options.clean.schedule,
    criticSchedule: options.critic.schedule,
    critic: false,
    passes: [plainPass(classifier, options, { loss: "crossEntropy", q: 1 })],
  };
}

function plainPass<P extends object, S>(
  classifier: Classifier<P, S>,
  { optimizer }: CbdOptions,
  loss: Pick<CbdOptions["backdoor"], "loss" | "q">,
): Pass<P, S> {
  return {
    metrics: ["loss"],
    run: (state, batch, { key, lr }) => {
      const next = backdooredStep(state, batch, { classifier, optimizer, loss, key, lr });
      return { state: { ...next.state, critic: null }, metrics: next.metrics };
    },
  };
}
