import type { Network } from "../../../nn/network.ts";
import { ConfigError } from "../../../tensor/errors.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { key } from "../../../tensor/random.ts";
import { evaluationMode } from "../../evaluation-mode.ts";
import type { Lab } from "../../lab.ts";

/**
 * Refuses a classifier that does not say its stages, before anything is trained.
 *
 * @param method - what errors call the method that needs them.
 */
export function checkStages<P, S>({ classifier, train, fresh }: Lab<P, S>, method: string): void {
  const { params, stats }: Network<P, S> = fresh("clean", key(0));
  const image = zeros([1, train.height, train.width, train.channels]);
  const { stages = [] } = classifier.apply(params, stats, image, evaluationMode);
  if (stages.length > 0) return;
  throw new ConfigError(`${method}: it compares what two networks look at, and the model names no stages`, [
    "take a model such as wrn-16-1, preact-resnet-18 or small",
    "a classifier of your own names them in what apply returns, as stages",
  ]);
}
