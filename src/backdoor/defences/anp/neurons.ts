import type { BatchNormUse } from "../../../nn/classifier.ts";
import { add, mul } from "../../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { mapTree } from "../../../tensor/tree.ts";

/** One f32 `(c)` per batch norm of a network: a number for each neuron. */
export type PerNeuron = readonly AnyTensor[];

/** What neurons are perturbed by: δ is added to the mask of γ, ξ is the relative change of β. */
export interface Perturbation {
  readonly delta: PerNeuron;
  readonly xi: PerNeuron;
}

/**
 * A network's parameters with masked and perturbed neurons, the channels of its batch norms:
 *
 *     γ ← (m + δ)·γ,   β ← (1 + ξ)·β
 *
 * @param batchNorms - of the network. @param masks - m. @param perturbation - left out: δ = ξ = 0.
 */
export function withNeurons<P extends object>(
  params: P,
  batchNorms: readonly BatchNormUse[],
  masks: PerNeuron,
  perturbation?: Perturbation,
): P {
  const changed = new Map<AnyTensor, AnyTensor>();
  for (const [i, { params: own }] of batchNorms.entries()) {
    const factor = perturbation === undefined ? masks[i]! : add(masks[i]!, perturbation.delta[i]!);
    changed.set(own.gamma, mul(own.gamma, factor));
    if (perturbation !== undefined) changed.set(own.beta, mul(own.beta, add(perturbation.xi[i]!, 1)));
  }
  return mapTree(params, (leaf) => changed.get(leaf) ?? leaf) as P;
}
