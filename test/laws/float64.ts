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

/** The tensor plus `step` times the direction, for f32. */
function shifted(x: AnyTensor, direction: AnyTensor, step: number): AnyTensor {
  const [a, v] = valuesOf([x, direction]) as [NumericArray, NumericArray];
  return hostLeaf(
    x,
    Float64Array.from(a, (value, i) => value + step * v[i]!),
  );
}

const step = 2 ** -17; // truncation ~h² = 6e-11, rounding ~1e-16/h = 1e-11

/** d/dt f(x + t·v) at 0 by central differences in float64; `f` builds a scalar program from its inputs. */
export function difference(
  f: (inputs: readonly AnyTensor[]) => AnyTensor,
  inputs: readonly AnyTensor[],
  moved: number,
  direction: AnyTensor,
): number {
  const at = (t: number): number => {
    const there = inputs.map((input, i) => (i === moved ? shifted(input, direction, t) : input));
    return valuesOf([f(there)])[0]![0]!;
  };
  return (at(step) - at(-step)) / (2 * step);
}
