import { allocate } from "../tensor/dtype.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { computeValues, valueOf } from "../tensor/reference.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import type { AnyTensor, TensorType } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";
import type { OpCall } from "./op-call.ts";
import { functionOf, inputsOf } from "./op-call.ts";
import type { SeededCheck } from "./seeded-check.ts";
import { watchWrites } from "./watched-outputs.ts";

/**
 * The law of shapes: what a record computes has the types that its `infer` says. A reference loop that writes behind the end of its
 * outputs is seen; one that leaves the last elements 0 is not, as zeros may be meant.
 *
 * @throws ShapeError naming the output and both types.
 */
export function compareTypes({ name, site }: SeededCheck, call: OpCall): void {
  const inputs = inputsOf(call);
  const watched: OpCall = { ...call, op: watchWrites(call.op, name, site) };
  const outputs = functionOf(watched)(...inputs);
  const fail = (output: number, computed: string): ShapeError =>
    new ShapeError(
      `${name}: infer says ${outputs[output] === undefined ? "nothing" : formatType(outputs[output])} for output ${output}, computed is ${computed}`,
      [`inputs ${inputs.map(formatType).join(", ")}`],
      site,
    );
  const computed = definedTypes(call.op, inputs, outputs, call.sample.params);
  for (let k = 0; k < Math.max(computed.length, outputs.length); k++) {
    const [type, output] = [computed[k], outputs[k]];
    if (type !== undefined && output?.dtype === type.dtype && sameShape(output.shape, type.shape)) continue;
    throw fail(k, type === undefined ? "nothing" : formatType(type));
  }
  const values = computeValues(outputs, "f64");
  outputs.forEach((output, k) => {
    const data = valueOf(values, output);
    const { name: held } = allocate(output.dtype, 0, "f64").constructor;
    if (data.length === sizeOf(output.shape) && data.constructor.name === held) return;
    throw fail(k, `a ${data.constructor.name} of ${data.length}`);
  });
}

/** The types that a record's way to compute gives by itself; where it gives none, those that `infer` says. */
function definedTypes(
  op: Op,
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  params: unknown,
): readonly TensorType[] {
  if (op.expand !== undefined) return op.expand(inputs, params);
  const [x] = inputs;
  return outputs.map((output) => {
    // elementwise: inputs have been broadcast to one shape
    if (op.scalar !== undefined || op.convert === true) return { shape: x!.shape, dtype: output.dtype };
    if (op.view === undefined) return output;
    const flat = op.view(inputs, output, params).kind === "flat";
    const shape = flat && sizeOf(output.shape) !== sizeOf(x!.shape) ? x!.shape : output.shape;
    return { shape, dtype: x!.dtype };
  });
}
