import { describe } from "./describe.ts";
import type { DType, NumericArray } from "./dtype.ts";
import { holds } from "./dtype.ts";
import { DataError, DTypeError, ShapeError } from "./errors.ts";
import { roundToHalf } from "./half.ts";
import type { Shape } from "./shape.ts";
import { captureSite } from "./site.ts";

/** Numbers in nested arrays of equal lengths. */
export type Nested = number | boolean | readonly Nested[];

/** Values given by a user, row-major. */
interface Read {
  readonly flat: ArrayLike<number>;
  readonly shape: Shape;
  /** The dtype of a typed array; undefined for nested arrays. */
  readonly natural: DType | undefined;
}

/** @throws DataError for anything but numbers and truth values; ShapeError where nested arrays differ in length. */
export function readValues(values: unknown): Read {
  if (ArrayBuffer.isView(values)) {
    const flat = values as NumericArray;
    return { flat, shape: [flat.length], natural: dtypeOfArray(values) };
  }
  const shape = shapeOfNested(values as Nested);
  const flat: number[] = [];
  flattenNested(values as Nested, shape, flat);
  return { flat, shape, natural: undefined };
}

function shapeOfNested(value: Nested): number[] {
  if (!Array.isArray(value)) return [];
  return [value.length, ...(value.length > 0 ? shapeOfNested(value[0] as Nested) : [])];
}

function flattenNested(value: Nested, shape: Shape, into: number[]): void {
  if (!Array.isArray(value)) {
    if (typeof value !== "number" && typeof value !== "boolean") refuse(value, into.length);
    if (shape.length !== 0) throw new ShapeError("tensor: nested arrays have different depths", [], captureSite());
    into.push(Number(value));
    return;
  }
  if (value.length !== shape[0]) {
    const lengths = `${shape[0] ?? "none"} and ${value.length}`;
    throw new ShapeError(`tensor: nested arrays have lengths ${lengths}`, [], captureSite());
  }
  const inner = shape.slice(1);
  for (const item of value) flattenNested(item as Nested, inner, into);
}

function refuse(value: unknown, position: number): never {
  const mend = ArrayBuffer.isView(value)
    ? "join typed arrays into one and give its shape: tensor(joined, { shape })"
    : mends.get(Object.prototype.toString.call(value));
  throw new DataError(
    `tensor: the value at position ${position} is ${value === undefined ? "missing" : describe(value)}`,
    ["expects numbers or truth values, in nested arrays or a typed array", ...(mend === undefined ? [] : [mend])],
    captureSite(),
  );
}

const mends: ReadonlyMap<string, string> = new Map([
  ["[object Object]", "stack joins tensors"],
  ["[object BigInt]", "Number(value), where the dtype has it"],
  ["[object String]", "Number(text)"],
  ["[object Promise]", "await it first"],
  ["[object Set]", "spread it: [...values]"],
  ["[object ArrayBuffer]", "say what its bytes are: new Float32Array(buffer)"],
]);

/** The dtypes of typed arrays, by their constructors' names: arrays of another realm count too. */
const dtypesOfArrays: Readonly<Record<string, DType>> = {
  Float32Array: "f32",
  Float64Array: "f32",
  Int32Array: "i32",
  Uint32Array: "u32",
  Uint8Array: "u8",
  Uint8ClampedArray: "u8",
};

function dtypeOfArray(values: ArrayBufferView): DType {
  const name = Object.prototype.toString.call(values).slice(8, -1); // a subclass, such as Node's Buffer, has its parent's
  const found = dtypesOfArrays[name];
  if (found !== undefined) return found;
  const to = name === "Float16Array" ? "Float32Array.from(values)" : "Int32Array.from(values, Number)";
  throw new DataError(
    `tensor: the values are ${describe(values)}`,
    [`expects ${Object.keys(dtypesOfArrays).join(", ")}`, name === "DataView" ? "read its numbers first" : to],
    captureSite(),
  );
}

/** Copies numbers into an array of `dtype`: truth values to 0 and 1, f16 rounded, others that it cannot hold refused. */
export function copyChecked(values: ArrayLike<number>, into: NumericArray, dtype: DType): void {
  for (let i = 0; i < values.length; i++) {
    const given = values[i]!;
    const value = dtype === "bool" ? Number(given !== 0) : dtype === "f16" ? roundToHalf(given) : given;
    if (!holds(dtype, value)) {
      throw new DTypeError(
        `tensor: ${dtype} cannot hold the number ${value}`,
        [`at position ${i}`, "round and clip it, or take another dtype"],
        captureSite(),
      );
    }
    into[i] = value;
  }
}
