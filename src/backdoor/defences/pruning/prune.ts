import type { BatchNormUse } from "../../../nn/classifier.ts";
import type { Network } from "../../../nn/network.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { hostLeaf } from "../../../tensor/tensor.ts";
import { mapTree } from "../../../tensor/tree.ts";

/**
 * A network some of whose channels are pruned: γ and β of their batch norm are 0, so that 0 comes out whatever comes in.
 *
 * @param batchNorms - of the network. @param channels - to prune, per batch norm.
 * @param zeroed - γ alone: then β comes out whatever comes in. @defaultValue both
 * @returns new parameters; the network stays as it is.
 */
export async function prune<P extends object, S>(
  { params, stats }: Network<P, S>,
  batchNorms: readonly BatchNormUse[],
  channels: readonly (readonly number[])[],
  zeroed: readonly ("gamma" | "beta")[] = ["gamma", "beta"],
): Promise<Network<P, S>> {
  const pruned = new Map<AnyTensor, AnyTensor>();
  for (const [i, { params: own }] of batchNorms.entries()) {
    for (const leaf of zeroed.map((which) => own[which])) {
      const values = Float32Array.from(await leaf.data());
      for (const channel of channels[i]!) values[channel] = 0;
      pruned.set(leaf, hostLeaf({ shape: leaf.shape, dtype: "f32" }, values));
    }
  }
  return { params: mapTree(params, (leaf) => pruned.get(leaf) ?? leaf) as P, stats };
}
