import type { BatchNormUse } from "../../../nn/classifier.ts";
import type { Network } from "../../../nn/network.ts";
import { ConfigError } from "../../../tensor/errors.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { key } from "../../../tensor/random.ts";
import { evaluationMode } from "../../evaluation-mode.ts";
import type { Lab } from "../../lab.ts";

/**
 * The batch norms of a network from the image on. Their `input` is the program for one image.
 *
 * @param method - what errors call the method that needs them.
 * @throws ConfigError for a classifier without batch norms, or that does not say them.
 */
export function batchNormsOf<P, S>(
  { classifier, train }: Pick<Lab<P, S>, "classifier" | "train">,
  { params, stats }: Network<P, S>,
  method: string,
): readonly BatchNormUse[] {
  const image = zeros([1, train.height, train.width, train.channels]);
  const { batchNorms = [] } = classifier.apply(params, stats, image, evaluationMode);
  if (batchNorms.length > 0) return batchNorms;
  throw new ConfigError(`${method}: it prunes channels of batch norms, and the model names none`, [
    "take a model with batch norm, such as wrn-16-1 or small",
    "a classifier of your own names them in what apply returns, as batchNorms",
  ]);
}

/** Refuses a classifier that a method cannot prune, before anything is trained. @throws ConfigError as {@link batchNormsOf} */
export function checkBatchNorms<P, S>(lab: Lab<P, S>, method: string): void {
  batchNormsOf(lab, lab.fresh("clean", key(0)), method);
}
