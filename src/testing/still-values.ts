import { GradientError } from "../tensor/errors.ts";
import { directions } from "./directions.ts";
import { elementName } from "./finding.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import type { OpCall } from "./op-call.ts";
import { functionOf, inputsOf } from "./op-call.ts";
import type { SeededCheck } from "./seeded-check.ts";
import { slopeAlong } from "./slope.ts";

/**
 * The law of records that say `vjp: null`: their f32 values do not move with their f32 inputs, by differences.
 *
 * @throws GradientError naming the argument and element that moves them, and the slope.
 */
export function compareStill({ name, site, seed }: SeededCheck, call: OpCall): void {
  const [inputs, f] = [inputsOf(call), functionOf(call)];
  const reals = f(...inputs).flatMap(({ dtype }, k) => (dtype === "f32" ? [k] : []));
  const weights = directions(
    reals.map((k) => f(...inputs)[k]!),
    seed,
    0,
  );
  inputs.forEach((input, argument) => {
    if (input.dtype !== "f32") return;
    const loss = ([x]: readonly (typeof input)[]) => {
      const outputs = f(...inputs.with(argument, x!));
      return innerProduct(
        reals.map((k) => outputs[k]!),
        weights,
      );
    };
    for (let i = 0; i < hostValues(input).length; i++) {
      const { value, error } = slopeAlong(loss, [input], [hostValues(input).map((_, k) => Number(k === i))]);
      if (!(Math.abs(value) > 10 * error)) continue;
      throw new GradientError(
        `${name}: the record says vjp: null, but its values move with ${elementName(`argument ${argument}`, input.shape, i)}`,
        [`differences ${value} ± ${error.toExponential(0)}`, "give it a VJP"],
        site,
      );
    }
  });
}
