import { ConfigError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { add, mul, sub } from "../tensor/ops/elementwise.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import { parameters, required } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import { zipTrees } from "../tensor/tree.ts";

const checkEma = parameters("ema", { average: kind.tree, params: kind.tree }, { decay: required(kind.operand) });

/**
 * One step of an exponential moving average of parameters, a ← a + (1 − d)·(p − a): for momentum encoders, mean teachers, and weights to
 * evaluate with. Written as a step towards p, so that rounding does not move an average that has arrived. Begin with the parameters themselves.
 *
 * @param average - a, a tree like `params`.
 * @param options.decay - d in [0, 1]: a number, or an f32 scalar tensor so that a compiled step takes it as data.
 * @throws ConfigError for another number, and naming the first path where the trees differ.
 * @see Polyak & Juditsky 1992; Tarvainen & Valpola 2017
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { ema } from "deconfound/nn";
 * const next = ema({ w: tensor([0, 4]) }, { w: tensor([8, 4]) }, { decay: 0.75 });
 * console.log(String(await evaluateReference(next.w).data())); // 2,4
 * ```
 */
export function ema<P extends object>(average: P, params: P, options: { decay: Operand }): P {
  checkEma(arguments);
  const { decay } = options;
  if (typeof decay === "number" && !kind.share.accepts(decay)) {
    throw new ConfigError(`ema: decay is ${decay}`, [`expects ${kind.share.expects}`], captureSite());
  }
  const share = typeof decay === "number" ? 1 - decay : sub(1, decay);
  return zipTrees(average, [params], ([a, p]) => add(a!, mul(sub(p!, a!), share)));
}
