import { crossEntropy } from "../../../nn/losses.ts";
import { abs, add, mul, sign, sub } from "../../../tensor/ops/elementwise.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/** How the loss is kept at γ: by local gradient ascent, by flooding, or not at all. */
export type IsolationKind = "lga" | "flooding" | "crossEntropy";

/** What {@link isolationLoss} is made of. */
export interface IsolationLoss {
  readonly loss: IsolationKind;
  /** Level at which the loss is held, in nats. */
  readonly gamma: number;
  /** What is held there: the mean of a batch, or each sample. */
  readonly of: "batch" | "sample";
}

/**
 * The loss of ABL's first stage, of ℓ, the mean cross entropy of a batch, or of each sample's:
 *
 *     lga: sign(ℓ − γ)·ℓ      flooding: |ℓ − γ| + γ      crossEntropy: ℓ
 *
 * Below γ the gradient is turned round. With the mean of the batch, samples that are learnt fast can still fall to 0, and others rise
 * for it. With each sample's own loss all are held at γ, the poison too.
 *
 * @returns from logits `(n, k)` and labels `(n)`: `()` for a batch, `(n)` for samples.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { isolationLoss } from "deconfound/backdoor";
 *
 * const loss = isolationLoss({ loss: "flooding", gamma: 1, of: "batch" });
 * const value = loss(tensor([[0, 0]]), tensor([0], { dtype: "i32" })); // cross entropy 0.693
 * console.log((await evaluateReference(value).item()).toFixed(3)); // 1.307
 * ```
 */
export function isolationLoss({ loss, gamma, of }: IsolationLoss): (logits: AnyTensor, labels: AnyTensor) => AnyTensor {
  return (logits, labels) => {
    const losses = crossEntropy(logits, labels);
    const level = of === "batch" ? mean(losses) : losses;
    switch (loss) {
      case "lga":
        return mul(sign(sub(level, gamma)), level);
      case "flooding":
        return add(abs(sub(level, gamma)), gamma);
      case "crossEntropy":
        return level;
    }
  };
}
