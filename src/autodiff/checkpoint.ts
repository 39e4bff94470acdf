import type { Body } from "../tensor/body.ts";
import { instantiate } from "../tensor/body.ts";
import * as kind from "../tensor/kinds.ts";
import type { Op } from "../tensor/op.ts";
import { apply, defineOp } from "../tensor/op.ts";
import { barrier } from "../tensor/ops/identity.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import { unflattenTree } from "../tensor/tree.ts";
import { batchBody, captureBody } from "./body.ts";
import { pullback } from "./pullback.ts";

/** A sub-program whose intermediate values are computed again for its gradient, once the cotangent is there. */
export const checkpointOp: Op<{ readonly body: Body }> = defineOp<{ readonly body: Body }>({
  name: "checkpoint",
  infer: (_, { body }) => body.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
  expand: (inputs, { body }) => instantiate(body, inputs),
  vjp: ({ g, inputs, params: { body }, wanted }) => {
    const cotangents = g.filter((one) => one !== null);
    const again = inputs.map((input) => barrier(input, cotangents));
    const back = pullback(
      instantiate(body, again),
      g,
      again.filter((_, i) => wanted[i]),
    )[Symbol.iterator]();
    return wanted.map((needed) => (needed ? back.next().value! : null));
  },
  batch: {
    outputs: ({ inputs, batched, params: { body }, program }) =>
      apply(checkpointOp, inputs, { body: batchBody(body, inputs, batched, program) }),
  },
  samples: () => [],
});

const checkCheckpoint = parameters("checkpoint", { f: kind.callback });

/**
 * The same function, which for its gradient keeps only its inputs and recomputes everything in between: less memory for more time.
 * Values and derivatives of any order are those of `f`.
 *
 * @param f - a function of trees of tensors; it may capture tensors, which get their gradients too.
 * @example
 * ```ts
 * import { checkpoint, evaluateReference, grad, square, sum, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const block = checkpoint((x: Tensor) => square(square(x)));
 * console.log(await evaluateReference(grad((x: Tensor) => sum(block(x)))(tensor([2]))).item()); // 32
 * ```
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  checkCheckpoint(arguments);
  return (...args) => {
    const site = captureSite();
    const { body, inputs, result } = captureBody("checkpoint", f as (...args: never[]) => unknown, args, site);
    if (body.outputs.length === 0) return result as R;
    return unflattenTree(result, apply(checkpointOp, inputs, { body }, site)) as R;
  };
}
