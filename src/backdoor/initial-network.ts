import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import { ShapeError } from "../tensor/errors.ts";
import { key } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, hostLeaf } from "../tensor/tensor.ts";
import { flattenTree, unflattenTree } from "../tensor/tree.ts";

/** Copies of given networks, which the caller keeps. @throws ShapeError if one is not of the classifier. */
export async function copiesLike<P, S>(
  classifier: Classifier<P, S>,
  given: Readonly<Record<string, Network<P, S>>>,
): Promise<Readonly<Record<string, Network<P, S>>>> {
  const copies: Record<string, Network<P, S>> = {};
  for (const [phase, network] of Object.entries(given))
    copies[phase] = await copyLike(classifier.init(key(0)), network);
  return copies;
}

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
