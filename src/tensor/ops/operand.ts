import type { DType } from "../dtype.ts";
import { allocate } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import { formatType, hostLeaf, isTensor } from "../tensor.ts";
import type { Operand } from "./signatures.ts";

/** A number as a rank-0 tensor: a constant of the program. */
export function scalar(value: number, dtype: DType): AnyTensor {
  const data = allocate(dtype, 1);
  data[0] = value;
  return hostLeaf({ shape: [], dtype }, data, true);
}

/** Makes numbers tensors of the dtype that the tensors among the operands have. */
export function asTensors(operands: readonly Operand[], fallback: DType = "f32"): AnyTensor[] {
  const dtype = operands.find((operand) => isTensor(operand))?.dtype ?? fallback;
  return operands.map((operand) => (isTensor(operand) ? operand : scalar(operand as number, dtype)));
}

const storageOnly = new Set<DType>(["f16", "u8"]);

/** Checks that all inputs have one dtype, and that it is allowed. */
export function checkDTypes(op: string, inputs: readonly TensorType[], allowed: readonly DType[]): DType {
  const dtype = inputs[0]!.dtype;
  const names = inputs.map(formatType).join(", ");
  for (const input of inputs) {
    if (!allowed.includes(input.dtype)) {
      const mend = storageOnly.has(input.dtype)
        ? `${input.dtype} is for storage: cast(x, "f32") first`
        : `cast first: cast(x, "${allowed[0]}")`;
      throw new DTypeError(
        `${op}: takes ${allowed.join(", ")}, not ${input.dtype}`,
        [`got ${names}`, mend],
        captureSite(),
      );
    }
    if (input.dtype !== dtype) {
      throw new DTypeError(
        `${op}: dtypes differ, ${dtype} and ${input.dtype}`,
        [`got ${names}`, "cast one of them"],
        captureSite(),
      );
    }
  }
  return dtype;
}
