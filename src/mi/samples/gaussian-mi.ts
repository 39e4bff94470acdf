import { concat } from "../../tensor/ops/concat.ts";
import { add, div, mul, sub } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { slice } from "../../tensor/ops/slice.ts";
import { transpose } from "../../tensor/ops/transpose.ts";
import type { SampleEstimator } from "../estimator.ts";
import { logDeterminant } from "./log-determinant.ts";
import { countSamples } from "./paired-samples.ts";

/**
 * ½ (ln |Σxx| + ln |Σyy| − ln |Σ|) of the samples' covariances: the mutual information of Gaussians with these, which is −½ Σ ln(1 − ρ²)
 * over the canonical correlations ρ.
 *
 * For other distributions it is what second moments see: with Gaussian marginals a lower bound of I. The covariances must have full rank:
 * more samples than features, none a copy of others.
 */
export const gaussianMI: SampleEstimator = {
  name: "gaussian",
  summary: "the mutual information of Gaussians with the samples' covariance",
  source: "Cover & Thomas, Elements of Information Theory (2006), example 8.5.1",
  facts: { bound: "neither", unit: "nats", optimum: "no critic", shift: "none" },
  options: {},
  value(x, y) {
    const n = countSamples("gaussianMI", x, y);
    const [dx, d] = [x.shape[1]!, x.shape[1]! + y.shape[1]!];
    const samples = concat([x, y], { axis: 1 });
    const centred = sub(samples, mean(samples, { axis: 0, keepDims: true }));
    const covariance = div(matmul(transpose(centred), centred), n);
    const ofX = slice(covariance, { start: [0, 0], stop: [dx, dx] });
    const ofY = slice(covariance, { start: [dx, dx], stop: [d, d] });
    return mul(sub(add(logDeterminant(ofX), logDeterminant(ofY)), logDeterminant(covariance)), 0.5);
  },
};
