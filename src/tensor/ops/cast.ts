import type { DType, NumericArray } from "../dtype.ts";
import { integerRange, isFloat } from "../dtype.ts";
import { roundToHalf } from "../half.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

interface CastParams {
  readonly dtype: DType;
}

const sample = (from: DType, to: DType): Sample<CastParams> => ({
  inputs: [{ shape: [2, 3], dtype: from, domain: { kind: "interval", from: -3, to: 3 } }],
  params: { dtype: to },
});

export const castOp: Op<CastParams> = defineOp<CastParams>({
  name: "cast",
  infer: ([x], { dtype }) => [{ shape: x!.shape, dtype }],
  convert: true,
  reference: ({ inputs: [x], outputs: [y], inputTypes: [from], params: { dtype: to } }) => {
    convert(x!, from!.dtype, y!, to);
  },
  // the cotangent of an f16 tensor is f32
  vjp: ({ g: [g], inputs: [x], params }) => [isFloat(x!.dtype) && isFloat(params.dtype) ? g! : null],
  samples: () => [
    sample("f32", "f32"),
    sample("f32", "i32"),
    sample("f32", "bool"),
    sample("f32", "u8"),
    sample("f32", "f16"),
    sample("f16", "f32"),
    sample("i32", "f32"),
    sample("i32", "u32"),
    sample("u32", "f32"),
    sample("bool", "f32"),
    sample("u8", "f32"),
    sample("u8", "i32"),
  ],
});

function convert(x: NumericArray, from: DType, y: NumericArray, to: DType): void {
  const n = x.length;
  if (to === "f32") {
    y.set(x);
  } else if (to === "f16") {
    for (let i = 0; i < n; i++) y[i] = roundToHalf(x[i]!);
  } else if (to === "bool") {
    for (let i = 0; i < n; i++) y[i] = x[i] !== 0 ? 1 : 0;
  } else if (to !== "u8" && !isFloat(from)) {
    y.set(x); // between i32 and u32 the bits stay
  } else {
    const [low, high] = integerRange[to]!;
    for (let i = 0; i < n; i++) y[i] = Math.min(Math.max(Math.trunc(x[i]!), low), high);
  }
}

const checkCast = parameters("cast", { x: kind.tensor, dtype: kind.dtype });

/**
 * The same values in another dtype.
 *
 * To i32, u32 and u8 a float loses its fraction and stays at the end of the range beyond it; NaN becomes 0. Between i32 and u32 the
 * bits stay; to u8 integers stay at 0 and 255. To bool: false of 0 alone, so true of NaN. To f16: nearest, halves to even, at most ±65504;
 * NaN stays. A cast rounds where it stands, stored or not. The gradient passes between f32 and f16, as f32, and nowhere else.
 * @example
 * ```ts
 * import { cast, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cast(tensor([1.7, -2.5]), "i32")).data())); // 1,-2
 * ```
 */
export function cast<S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> {
  checkCast(arguments);
  return (x.dtype === dtype ? x : apply1(castOp, [x], { dtype })) as Tensor<S, D>;
}
