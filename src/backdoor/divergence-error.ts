import { DeconfoundError } from "../tensor/errors.ts";

/**
 * A training whose loss, or whose network's output, became infinite or NaN. Nothing that it would deliver means anything.
 *
 * @example
 * ```ts
 * import { mapTree, mul, random, referenceDevice } from "deconfound";
 * import { DivergenceError, predict } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const [device, dataset] = [referenceDevice(), builtinDataset({ count: 2, size: 12 })];
 * const classifier = smallConvNet({ channels: 3, classes: 10, width: 2 });
 * const { params, stats } = classifier.init(random.key(0));
 * const network = await device.evaluate({ params: mapTree(params, (w) => mul(w, Number.NaN)), stats });
 * try {
 *   await predict(device, classifier, network, dataset);
 * } catch (error) {
 *   console.log(error instanceof DivergenceError); // true
 * }
 * ```
 */
export class DivergenceError extends DeconfoundError {
  override readonly name = "DivergenceError";
}
