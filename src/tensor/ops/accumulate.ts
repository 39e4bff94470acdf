import type { NumericArray } from "../dtype.ts";

/** Runs `add` on sums that start at 0: those of f32 outputs in double precision, rounded once at the end. */
export function accumulate(output: NumericArray, add: (sums: NumericArray) => void): void {
  if (!(output instanceof Float32Array)) {
    add(output);
    return;
  }
  const sums = new Float64Array(output.length);
  add(sums);
  output.set(sums);
}
