import { broadcastTo } from "../../tensor/ops/broadcast.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { add } from "../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { DependenceEstimator } from "../estimator.ts";
import { hsic } from "../samples/hsic.ts";

/** HSIC learns nothing: it counts its steps. */
export type HsicTraining = { readonly steps: AnyTensor };

/**
 * HSIC between two embeddings. There is no critic, so nothing can be stale; each sample's term is the batch's value.
 */
export const hsicDependence: DependenceEstimator<object, HsicTraining> = {
  name: "hsic",
  summary: "HSIC with kernels as wide as the samples' mean distance; learns nothing",
  source: "Gretton et al., Measuring Statistical Dependence with Hilbert–Schmidt Norms (2005), eq. 9",
  facts: { bound: "neither", unit: "score", optimum: "no critic", shift: "none" },
  options: {},
  init: () => ({ steps: zeros([]) }),
  update: ({ steps }) => ({ steps: add(steps, 1) }),
  estimate(_, r, z) {
    const n = r.shape[0]!;
    return n < 2 ? zeros([n]) : broadcastTo(hsic.value(r, z, { scale: 1 }), [n]); // one sample depends on nothing
  },
};
