import { ConfigError, ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { apply1 } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { scalar } from "./operand.ts";
import { padOp } from "./slice.ts";

const checkPad = parameters("pad", { x: kind.tensor }, { padding: required(kind.sides), value: kind.anyNumber });

/**
 * Surrounds `x` with a constant.
 *
 * @param options.padding - `[before, after]` for each axis, non-negative integers; one number for every side.
 * @param options.value - any number that the dtype holds, ±∞ and NaN among those of f32. @defaultValue 0
 * @throws ShapeError if `padding` does not match the axes; ConfigError for other values.
 * @example
 * ```ts
 * import { evaluateReference, pad, tensor } from "deconfound";
 * console.log(String(await evaluateReference(pad(tensor([1, 2]), { padding: [[1, 2]], value: 9 })).data())); // 9,1,2,9,9
 * ```
 */
export function pad(
  x: AnyTensor,
  options: { padding: number | readonly (readonly [number, number])[]; value?: number | undefined },
): AnyTensor {
  checkPad(arguments);
  const { value = 0 } = options;
  const sides =
    typeof options.padding === "number"
      ? x.shape.map(() => [options.padding, options.padding] as [number, number])
      : options.padding;
  if (sides.length !== x.shape.length) {
    throw new ShapeError(
      `pad: ${sides.length} pairs for ${formatType(x)}`,
      ["one [before, after] per axis"],
      captureSite(),
    );
  }
  if (sides.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ConfigError(`pad: sides [${sides.flat()}]`, ["sides are integers ≥ 0 (slice cuts off)"], captureSite());
  }
  scalar(value, x.dtype); // refuses what the dtype cannot hold
  if (sides.flat().every((n) => n === 0)) return x;
  const start = sides.map(([before]) => before);
  const shape = x.shape.map((n, axis) => sides[axis]![0] + n + sides[axis]![1]);
  return apply1(padOp, [x], { start, step: shape.map(() => 1), shape, value });
}
