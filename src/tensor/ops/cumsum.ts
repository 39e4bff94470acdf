import { nextAxis } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { checkAxes, checkDTypes } from "./operand.ts";

interface CumsumParams {
  readonly axis: number;
  /** Sum from the end. */
  readonly reverse: boolean;
}

const sample = (shape: Shape, axis: number, reverse: boolean): Sample<CumsumParams> => ({
  inputs: [{ shape, dtype: "f32" }],
  params: { axis, reverse },
});

export const cumsumOp: Op<CumsumParams> = defineOp<CumsumParams>({
  name: "cumsum",
  infer: ([x], { axis }) => {
    const dtype = checkDTypes("cumsum", [x!], ["f32", "i32", "u32"]);
    checkAxes("cumsum", x!, [axis]);
    return [{ shape: x!.shape, dtype }];
  },
  kernel: { family: "cumsum" },
  flops: ([x]) => sizeOf(x!.shape),
  reference: ({ inputs: [x], outputs: [y], inputTypes: [type], params: { axis, reverse } }) => {
    const n = type!.shape[axis]!;
    const integer = type!.dtype !== "f32"; // wraps at each step: a double holds no sum beyond 2⁵³
    const inner = sizeOf(type!.shape.slice(axis + 1));
    const outer = sizeOf(type!.shape.slice(0, axis));
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        let total = 0;
        for (let k = 0; k < n; k++) {
          const at = (i * n + (reverse ? n - 1 - k : k)) * inner + j;
          total = integer ? (total + x![at]!) | 0 : total + x![at]!;
          y![at] = total;
        }
      }
    }
  },
  vjp: ({ g: [g], params: { axis, reverse } }) => [apply1(cumsumOp, [g!], { axis, reverse: !reverse })],
  linear: [0],
  batch: nextAxis,
  samples: () => [
    sample([5], 0, false),
    sample([2, 3, 4], 1, true),
    sample([3, 70], 1, false),
    sample([0, 2], 0, false),
  ],
});

const checkCumsum = parameters("cumsum", { x: kind.tensor }, { axis: kind.axis, reverse: kind.flag });

/**
 * Running sums along an axis, the element itself included; integers wrap.
 *
 * @defaultValue axis 0, reverse (from the end) false
 * @example
 * ```ts
 * import { cumsum, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cumsum(tensor([1, 2, 3]))).data())); // 1,3,6
 * ```
 */
export function cumsum<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: { axis?: number | undefined; reverse?: boolean | undefined },
): Tensor<S, D>;
export function cumsum(
  x: AnyTensor,
  options: { axis?: number | undefined; reverse?: boolean | undefined } = {},
): AnyTensor {
  checkCumsum(arguments);
  const axis = normalizeAxis("cumsum", options.axis ?? 0, x.shape.length);
  return apply1(cumsumOp, [x], { axis, reverse: options.reverse ?? false });
}
