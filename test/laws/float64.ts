import type { NumericArray } from "../../src/tensor/dtype.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { add, mul } from "../../src/tensor/ops/elementwise.ts";
import { scalar } from "../../src/tensor/ops/operand.ts";
import { computeValues, valueOf } from "../../src/tensor/reference.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor, TensorType } from "../../src/tensor/tensor.ts";
import { hostLeaf } from "../../src/tensor/tensor.ts";
import { stream } from "./sampling.ts";

/** Values of programs in float64. */
export function valuesOf(tensors: readonly AnyTensor[]): NumericArray[] {
  const values = computeValues(tensors, "f64");
  return tensors.map((tensor) => valueOf(values, tensor));
}

/** Random directions, f32 by type, float64 by value, in (−1, 1). */
export function directions(types: readonly TensorType[], seed: number): AnyTensor[] {
  const random = stream(seed);
  return types.map(({ shape }) =>
    hostLeaf(
      { shape, dtype: "f32" },
      Float64Array.from({ length: sizeOf(shape) }, () => random() * 2 - 1),
    ),
  );
}

/** Σ ⟨xᵢ, yᵢ⟩; a null is zero. */
export function inner(x: readonly (AnyTensor | null)[], y: readonly AnyTensor[]): AnyTensor {
  return x.reduce<AnyTensor>(
    (total, term, i) => (term === null ? total : add(total, sum(mul(term, y[i]!)))),
    scalar(0, "f32"),
  );
}

/** Σ |xᵢ|·|yᵢ|: what rounding errors of an inner product scale with. */
export function magnitude(x: readonly NumericArray[], y: readonly NumericArray[]): number {
  let total = 0;
  x.forEach((a, i) => {
    for (let k = 0; k < a.length; k++) total += Math.abs(a[k]! * y[i]![k]!);
  });
  return total;
}
