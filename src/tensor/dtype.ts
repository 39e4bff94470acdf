/**
 * Element types. `f16` and `u8` are storage only: cast to `f32` or `i32` before computing.
 * `bool` is 0 or 1 in a u32.
 */
export type DType = "f32" | "i32" | "u32" | "bool" | "f16" | "u8";

export const dtypes: readonly DType[] = ["f32", "i32", "u32", "bool", "f16", "u8"];

export type NumericArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Precision of the reference: how `f32` values are kept between ops. */
export type Precision = "f64" | "f32";

/** A zeroed host array for `size` elements. `f16` lives as f32 values that f16 can hold. */
export function allocate(dtype: DType, size: number, precision: Precision = "f32"): NumericArray {
  switch (dtype) {
    case "f32":
      return precision === "f64" ? new Float64Array(size) : new Float32Array(size);
    case "f16":
      return new Float32Array(size);
    case "i32":
      return new Int32Array(size);
    case "u32":
    case "bool":
      return new Uint32Array(size);
    case "u8":
      return new Uint8Array(size);
  }
}

export function isFloat(dtype: DType): boolean {
  return dtype === "f32" || dtype === "f16";
}

/** Elements that share one 32-bit word on the device. */
export function elementsPerWord(dtype: DType): 1 | 2 | 4 {
  return dtype === "u8" ? 4 : dtype === "f16" ? 2 : 1;
}

/** Bytes that `size` elements take on the device, whole words. */
export function deviceBytes(dtype: DType, size: number): number {
  return Math.max(1, Math.ceil(size / elementsPerWord(dtype))) * 4;
}

/** Least and greatest value of the integer dtypes. */
export const integerRange: Partial<Record<DType, readonly [number, number]>> = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  u8: [0, 255],
  bool: [0, 1],
};

/** Whether the dtype has this number; float dtypes take the nearest one they have. */
export function holds(dtype: DType, value: number): boolean {
  const range = integerRange[dtype];
  return range === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1]);
}
