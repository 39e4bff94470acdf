import type { CbdOptions } from "../cbd/options.ts";
import type { CleanState } from "../cbd/state.ts";
import type { Dataset } from "../data/dataset.ts";
import { initCritic } from "../mi/wasserstein/critic.ts";
import { spectralNormalize } from "../mi/wasserstein/spectral-normalize.ts";
import type { CriticTraining } from "../mi/wasserstein/update-critic.ts";
import { adam } from "../nn/adam.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import { sgd } from "../nn/sgd.ts";
import type { Device } from "../tensor/device.ts";
import { ShapeError } from "../tensor/errors.ts";
import { zeros } from "../tensor/ops/creation.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, hostLeaf } from "../tensor/tensor.ts";
import { flattenTree, unflattenTree } from "../tensor/tree.ts";
import type { Phase } from "./defences/cbd.ts";
import { runKey } from "./run-key.ts";

/** What a phase starts from. */
export interface Start<P, S> {
  readonly device: Device;
  readonly classifier: Classifier<P, S>;
  readonly options: CbdOptions;
  readonly dataset: Dataset;
  readonly seed: number;
  /** Given parameters instead of the classifier's own; copied. */
  readonly given: Network<P, S> | undefined;
}

/** A fresh network (or a copy of a given one), momentum at zero, and a normalised critic, on the device. */
export async function initialTraining<P extends object, S>(
  { device, classifier, options, dataset, seed, given }: Start<P, S>,
  phase: Phase<P, S>,
): Promise<CleanState<P, S>> {
  const stream = phase.name === "backdoor" ? 0 : 1; // f_C starts the same with and without a phase before it
  const fresh = classifier.init(runKey(seed, "initial", [stream, 0]));
  const network = given === undefined ? fresh : await copyLike(fresh, given);
  const optimizer = sgd(options.optimizer).init(network.params);
  const critic = phase.critic ? newCritic(embeddingSize(classifier, network, dataset), options, seed) : null;
  return device.evaluate({ params: network.params, stats: network.stats, optimizer, critic });
}

/** Copies given tensors, which the caller keeps. @throws ShapeError if they are not those of the classifier. */
async function copyLike<P, S>(fresh: Network<P, S>, given: Network<P, S>): Promise<Network<P, S>> {
  const wanted = flattenTree(fresh);
  const tensors = flattenTree({ params: given.params, stats: given.stats });
  if (tensors.length !== wanted.length) {
    throw new ShapeError(`initial: ${tensors.length} tensors given, the classifier has ${wanted.length}`);
  }
  const copies: AnyTensor[] = [];
  for (const [i, tensor] of tensors.entries()) {
    if (formatType(tensor) !== formatType(wanted[i]!)) {
      throw new ShapeError(`initial: tensor ${i} is ${formatType(tensor)}, not ${formatType(wanted[i]!)}`);
    }
    copies.push(hostLeaf(tensor, await tensor.data()));
  }
  return unflattenTree(fresh, copies) as Network<P, S>;
}

/** h of z `(n, h)`, from the program of one image. */
function embeddingSize<P, S>(classifier: Classifier<P, S>, { params, stats }: Network<P, S>, dataset: Dataset): number {
  const image = zeros([1, dataset.height, dataset.width, dataset.channels]);
  return classifier.apply(params, stats, image, { train: false }).z.shape[1]!;
}

/** Iterations before the first step, so that the persistent vectors start at the leading ones. */
const warmUp = 8;

function newCritic(features: number, { critic }: CbdOptions, seed: number): CriticTraining {
  let state = initCritic(runKey(seed, "initial", [1, 1]), features, critic.width === 0 ? features : critic.width);
  if (critic.normalize === "sigma") for (let i = 0; i < warmUp; i++) state = spectralNormalize(state, "sigma");
  return { ...state, optimizer: adam().init(state.params) };
}
