import type { DependenceEstimator } from "../../../src/mi/estimator.ts";
import type { OptionsOf } from "../../../src/options/option.ts";
import { sum } from "../../../src/tensor/ops/broadcast.ts";
import { zeros } from "../../../src/tensor/ops/creation.ts";
import { add, mul, square, sub } from "../../../src/tensor/ops/elementwise.ts";
import { mean } from "../../../src/tensor/ops/mean.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";

const options = {
  scale: { kind: "number", default: 1, from: 0, to: 10, doc: "factor of the squared covariance" },
} as const;

/** The squared covariance of both vectors' sums; what it "learns" is how often it was asked. */
export const covariance: DependenceEstimator<OptionsOf<typeof options>, { readonly asked: AnyTensor }> = {
  name: "covariance",
  summary: "squared covariance of the sums of r and z",
  source: "made up for a test",
  facts: { bound: "neither", unit: "score", optimum: "1 + log r", shift: "none" },
  options,
  init: () => ({ asked: zeros([]) }),
  update: ({ asked }) => ({ asked: add(asked, 1) }),
  estimate(_, r, z, __, { scale }) {
    const [a, b] = [sum(r, { axis: 1 }), sum(z, { axis: 1 })];
    return mul(square(mul(sub(a, mean(a)), sub(b, mean(b)))), scale);
  },
};
