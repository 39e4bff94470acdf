import { sameParams } from "../batch-rule.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import type { AnyTensor } from "../tensor.ts";

/** A node of its own with the value of `x`: what a gradient is taken with respect to. Costs nothing: a flat view. */
export const identityOp: Op<null> = defineOp<null>({
  name: "identity",
  infer: ([x]) => [x!],
  view: () => ({ kind: "flat" }),
  vjp: ({ g: [g] }) => [g!],
  linear: [0],
  batch: sameParams,
  samples: () => [{ inputs: [{ shape: [2, 3], dtype: "f32" }], params: null }],
});

/** The value of `x` without its past. */
export const stopGradientOp: Op<null> = defineOp<null>({
  name: "stopGradient",
  infer: ([x]) => [x!],
  view: () => ({ kind: "flat" }),
  vjp: null,
  batch: sameParams,
  samples: () => [{ inputs: [{ shape: [2, 3], dtype: "f32" }], params: null }],
});

/**
 * The value of input 0, not before the other inputs exist. What is recomputed behind it has other inputs than the first
 * computation, so common-subexpression elimination cannot merge the two, and no schedule can run it early.
 */
export const barrierOp: Op<null> = defineOp<null>({
  name: "barrier",
  infer: ([x]) => [x!],
  view: () => ({ kind: "flat" }),
  barrier: true,
  vjp: ({ g: [g], inputs }) => [g!, ...inputs.slice(1).map(() => null)],
  linear: [0],
  batch: sameParams,
  samples: () => [
    {
      inputs: [
        { shape: [2, 3], dtype: "f32" },
        { shape: [4], dtype: "f32" },
      ],
      params: null,
    },
  ],
});

export const identity = (x: AnyTensor): AnyTensor => apply1(identityOp, [x], null);

/** @param after - tensors that must be computed before the result is used. */
export const barrier = (x: AnyTensor, after: readonly AnyTensor[]): AnyTensor => apply1(barrierOp, [x, ...after], null);
