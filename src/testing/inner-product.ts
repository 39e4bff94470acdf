import { sum } from "../tensor/ops/broadcast.ts";
import { add, mul } from "../tensor/ops/elementwise.ts";
import { scalar } from "../tensor/ops/operand.ts";
import { evaluateReference } from "../tensor/reference.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** Σ ⟨a_i, b_i⟩ as a program. */
export function innerProduct(a: readonly AnyTensor[], b: readonly AnyTensor[]): AnyTensor {
  return a.reduce<AnyTensor>((total, x, i) => add(total, sum(mul(x, b[i]!))), scalar(0, "f32"));
}

/** A tensor's values by the reference in double precision. */
export function hostValues(tensor: AnyTensor): Float64Array {
  const { source } = evaluateReference(tensor).node;
  return source?.kind === "host" ? Float64Array.from(source.data) : new Float64Array(0);
}
