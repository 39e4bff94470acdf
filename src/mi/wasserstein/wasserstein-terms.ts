import { sub } from "../../tensor/ops/elementwise.ts";
import { gather } from "../../tensor/ops/gather.ts";
import { roll } from "../../tensor/ops/roll.ts";
import { permutation, split } from "../../tensor/random.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { CriticParams } from "./critic.ts";
import { criticScores } from "./critic.ts";
import type { WassersteinOptions } from "./options.ts";

/**
 * The terms of a Wasserstein dependency measure: d_i = D(r_i, z_i) − D(r_i, z_σ(i)). Their mean estimates
 * E_{p(r,z)} D − E_{p(r)p(z)} D, whose largest value over 1-Lipschitz D is the Wasserstein distance between the joint and the
 * product of the marginals. It is not a Kullback–Leibler divergence, and is bounded by 0 from below only at the best D.
 *
 * @param critic - D_φ's weights.
 * @param r - `f32 (n, h)`. @param z - `f32 (n, h)`.
 * @param key - `u32 (2)`; the two terms have independent dropout masks.
 * @returns `f32 (n)`. With z rolled, ∂mean/∂z_i = (∂D(r_i, z_i) − ∂D(r_{i−1}, z_i))/n.
 *
 * Deviation: CBD's authors multiply by 0.01 here; that factor is λ and belongs to the loss of the network alone.
 * Source: CBD §3; Ozair et al., Wasserstein Dependency Measure (2019).
 * @example
 * ```ts
 * import { evaluateReference, random, zeros } from "deconfound";
 * import { initCritic, wassersteinTerms } from "deconfound/mi";
 *
 * const key = random.key(0);
 * const { params } = initCritic(key, 8, 8);
 * const r = random.normal(random.key(1), [3, 4]);
 * const z = zeros([3, 4]); // the same for every r, so the critic cannot tell pairs from shuffled pairs
 * const terms = wassersteinTerms(params, r, z, key, { shuffle: "roll", dropout: 0 });
 * console.log(String(await evaluateReference(terms).data())); // 0,0,0
 * ```
 */
export function wassersteinTerms(
  critic: CriticParams,
  r: AnyTensor,
  z: AnyTensor,
  key: AnyTensor,
  { shuffle, dropout }: Pick<WassersteinOptions, "shuffle" | "dropout">,
): Tensor {
  const [joint, product, order] = split(key, 3) as [AnyTensor, AnyTensor, AnyTensor];
  const shuffled =
    shuffle === "roll" ? roll(z, { shift: -1, axis: 0 }) : gather(z, permutation(order, z.shape[0]!), { axis: 0 });
  return sub(
    criticScores(critic, r, z, { dropout, key: joint }),
    criticScores(critic, r, shuffled, { dropout, key: product }),
  );
}
