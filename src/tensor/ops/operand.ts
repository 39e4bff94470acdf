import type { DType } from "../dtype.ts";
import { allocate, holds } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { roundToHalf } from "../half.ts";
import { sameShape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import { formatType, hostLeaf, isTensor } from "../tensor.ts";
import type { Operand } from "./signatures.ts";

/** A number as a rank-0 tensor: a constant of the program. @throws DTypeError if the dtype cannot hold it. */
export function scalar(value: number, dtype: DType): AnyTensor {
  if (!holds(dtype, value)) {
    throw new DTypeError(
      `${dtype} cannot hold the number ${value}`,
      ["cast the tensor beside it, or round the number"],
      captureSite(),
    );
  }
  const data = allocate(dtype, 1);
  data[0] = dtype === "f16" ? roundToHalf(value) : value;
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
        [`got ${names}`, `cast one of them: cast(x, "${dtype}")`],
        captureSite(),
      );
    }
  }
  return dtype;
}

/** Checks a record's axes: within the rank, each once. */
export function checkAxes(op: string, x: TensorType, axes: readonly number[]): void {
  const known = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < x.shape.length);
  if (!known || new Set(axes).size !== axes.length) {
    throw new ShapeError(`${op}: axes [${axes}] do not fit ${formatType(x)}`, [], captureSite());
  }
}

/** Checks a record's number of axes. */
export function checkRank(op: string, x: TensorType, rank: number): void {
  if (x.shape.length !== rank) {
    throw new ShapeError(`${op}: takes rank ${rank}, not ${formatType(x)}`, [], captureSite());
  }
}

/** Checks that an elementwise record's inputs have one shape. */
export function sameShapes(op: string, inputs: readonly TensorType[]): TensorType {
  const first = inputs[0]!;
  for (const input of inputs) {
    if (!sameShape(first.shape, input.shape)) {
      throw new ShapeError(
        `${op}: shapes differ`,
        [inputs.map(formatType).join(", "), "broadcast first"],
        captureSite(),
      );
    }
  }
  return first;
}

/** Checks that the axes hold at least one element. */
export function checkNotEmpty(op: string, x: TensorType, axes: readonly number[]): void {
  if (axes.some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(`${op}: of no elements`, [`${formatType(x)} over axes [${axes}]`], captureSite());
  }
}
