import { stopGradient } from "../../autodiff/stop-gradient.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { full } from "../../tensor/ops/creation.ts";
import { div, maximum, sqrt, square } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { reshape } from "../../tensor/ops/reshape.ts";
import { transpose } from "../../tensor/ops/transpose.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { CriticState } from "./critic.ts";
import type { WassersteinOptions } from "./options.ts";

const smallest = 1e-12; // under it a weight is left alone instead of divided by zero

/** Power iterations per step. The vectors persist, so a few follow the slow drift of the weights. */
const persistentIterations = 4;
const officialIterations = 5;

const norm = (x: AnyTensor): Tensor => sqrt(sum(square(x)));
const unit = (x: AnyTensor): Tensor => div(x, maximum(norm(x), smallest)) as Tensor;

/** W·v for `(rows, columns)` and `(columns)`. */
function apply(weight: AnyTensor, v: AnyTensor): AnyTensor {
  return reshape(matmul(weight, reshape(v, [v.shape[0]!, 1])), [weight.shape[0]!]);
}

/**
 * Largest singular value of a matrix by power iteration: v ← Wu/‖Wu‖, u ← Wᵀv/‖Wᵀv‖, σ = ‖Wᵀv‖ of the last turn.
 *
 * @param weight - `f32 (m, n)`.
 * @param start - `f32 (n)`, not orthogonal to the leading right singular vector.
 * @returns σ, `f32 ()`, never above the true value, and the vector to start from next time.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { spectralNorm } from "deconfound/mi";
 *
 * const { sigma } = spectralNorm(tensor([[3, 0], [0, 1]]), tensor([1, 1]), 10);
 * console.log((await evaluateReference(sigma).item()).toFixed(3)); // 3.000
 * ```
 */
export function spectralNorm(
  weight: AnyTensor,
  start: AnyTensor,
  iterations: number,
): { sigma: Tensor; vector: Tensor } {
  const turned = transpose(weight);
  let u = unit(start);
  let sigma = norm(u);
  for (let i = 0; i < iterations; i++) {
    const back = apply(turned, unit(apply(weight, u)));
    sigma = norm(back);
    u = unit(back);
  }
  return { sigma, vector: u };
}

/**
 * Brings the critic back to (about) Lipschitz 1 after an optimiser step.
 *
 * `sigma`: W ← W/σ(W), weights only, σ by power iteration from the vectors in the state.
 * `sqrtSigma`: W ← W/√σ̂, biases too (as n×1 matrices), five iterations from ones: what the authors' code does. It leaves √σ
 * behind, so that the bound does not hold.
 * `none`: nothing.
 *
 * Deviation: σ below 1e-12 counts as 1e-12; the authors' code gives NaN for a bias of zeros.
 * Source: Miyato et al., Spectral Normalization for GANs (2018).
 *
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * import { initCritic, spectralNorm, spectralNormalize } from "deconfound/mi";
 *
 * let critic = initCritic(random.key(0), 8, 8);
 * for (let step = 0; step < 10; step++) critic = spectralNormalize(critic, "sigma");
 * const { sigma } = spectralNorm(critic.params.hidden.weight, critic.spectral.hidden, 10);
 * console.log((await evaluateReference(sigma).item()).toFixed(2)); // 1.00
 * ```
 */
export function spectralNormalize(critic: CriticState, mode: WassersteinOptions["normalize"]): CriticState {
  if (mode === "none") return critic;
  const { hidden, out } = stopGradient(critic.params);
  if (mode === "sqrtSigma") {
    const shrink = (x: AnyTensor): AnyTensor => div(x, maximum(sqrt(officialSigma(x)), smallest));
    return {
      ...critic,
      params: {
        hidden: { weight: shrink(hidden.weight), bias: shrink(hidden.bias) },
        out: { weight: shrink(out.weight) },
      },
    };
  }
  const first = spectralNorm(hidden.weight, critic.spectral.hidden, persistentIterations);
  const last = spectralNorm(out.weight, critic.spectral.out, 1); // one column: exact at once
  return {
    params: {
      hidden: { weight: div(hidden.weight, maximum(first.sigma, smallest)), bias: hidden.bias },
      out: { weight: div(out.weight, maximum(last.sigma, smallest)) },
    },
    spectral: { hidden: first.vector, out: last.vector },
  };
}

/** The authors' σ̂: PyTorch's weight is our transpose, and starts from ones of our first axis; a bias is one column. */
function officialSigma(x: AnyTensor): AnyTensor {
  if (x.shape.length === 1) return norm(x);
  return spectralNorm(transpose(x), full([x.shape[0]!], 1), officialIterations).sigma;
}
