import type { DenseParams } from "../../nn/dense.ts";
import type { Network } from "../../nn/network.ts";
import { ConfigError } from "../../tensor/errors.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { evaluationMode } from "../evaluation-mode.ts";
import type { Lab } from "../lab.ts";

/**
 * The last layer of a network: a branch of its parameters.
 *
 * @param needing - the method that needs it, and what it does with it, for errors.
 * @throws ConfigError for a classifier that does not say it.
 */
export function headOf<P, S>(
  { classifier, train }: Pick<Lab<P, S>, "classifier" | "train">,
  { params, stats }: Network<P, S>,
  { method, use }: { readonly method: string; readonly use: string },
): DenseParams {
  const image = zeros([1, train.height, train.width, train.channels]);
  const { head } = classifier.apply(params, stats, image, evaluationMode);
  if (head !== undefined) return head;
  throw new ConfigError(`${method}: it ${use}, and the model does not name that layer`, [
    "take a model such as wrn-16-1, preact-resnet-18 or small",
    "a classifier of your own names it in what apply returns, as head",
  ]);
}
