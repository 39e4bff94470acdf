import type { AugmentKind } from "../data/augment-kind.ts";
import { scheduleOf } from "../nn/decay.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Network } from "../nn/network.ts";
import type { Optimizer } from "../nn/optimizer.ts";
import type { Schedule } from "../nn/schedule.ts";
import { sgd } from "../nn/sgd.ts";
import type { Training } from "../nn/supervised-step.ts";
import { beginTraining, supervisedStep } from "../nn/supervised-step.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Lab, Phase } from "./lab.ts";

/** A phase that trains the lab's classifier on labels. What is left out is as in plain training. */
export interface SupervisedPhase<P, S>
  extends Pick<Phase<P, S, unknown>, "name" | "title" | "images" | "labels" | "weights"> {
  /** Indices into its set. @defaultValue all of it */
  readonly samples?: Int32Array | undefined;
  /** @defaultValue 1, that of the delivered model */
  readonly stream?: number | undefined;
  /** @defaultValue that of the training */
  readonly epochs?: number | undefined;
  readonly augment?: AugmentKind | undefined;
  readonly rate?: Schedule | undefined;
  /** @defaultValue SGD, as the training says */
  readonly optimizer?: Optimizer<object> | undefined;
  /** What it starts from; stays as it is. @defaultValue a fresh network */
  readonly start?: Network<P, S> | undefined;
  /** What the parameters are held to after every step, as a program. @defaultValue nothing */
  readonly hold?: ((params: P) => P) | undefined;
  /** From logits `(n, k)` and labels `(n)`: the samples' losses `(n)`, or the loss of the whole batch `()`. @defaultValue cross entropy */
  readonly loss?: ((logits: AnyTensor, labels: AnyTensor) => AnyTensor) | undefined;
}

/**
 * Epochs between evaluations of a phase over clean images: these are few, so that an evaluation after each epoch would take longer than
 * the training.
 */
export function cleanEvaluation(epochs: number): number {
  return Math.max(1, Math.ceil(epochs / 10));
}

/** Trains by the training's optimizer, or another one. */
export async function trainSupervised<P extends object, S>(
  lab: Lab<P, S>,
  phase: SupervisedPhase<P, S>,
): Promise<Network<P, S>> {
  const { classifier, training } = lab;
  const { stream = 1, epochs = training.clean.epochs, augment = training.clean.augment } = phase;
  const { rate = scheduleOf(training.clean, epochs), start, loss = crossEntropy, hold } = phase;
  const { optimizer = sgd(training.optimizer) as unknown as Optimizer<object> } = phase;
  const { name, title, images, samples, labels, weights } = phase;
  const { state } = await lab.phase<Training<P, S, object>>({
    name,
    title,
    images,
    samples,
    labels,
    weights,
    length: { epochs },
    ...(images === "clean" ? { evaluateEvery: cleanEvaluation(epochs) } : {}),
    augment,
    rates: { lr: rate },
    stream,
    init: (key) => beginTraining(start ?? lab.fresh("clean", key(0)), optimizer),
    passes: [
      (before, batch, { key, rates }) => {
        const next = supervisedStep(before, batch, { classifier, optimizer, loss, key, lr: rates["lr"]! });
        return hold === undefined ? next : { ...next, state: { ...next.state, params: hold(next.state.params) } };
      },
    ],
    network: ({ params, stats }) => ({ params, stats }),
  });
  return { params: state.params, stats: state.stats };
}
