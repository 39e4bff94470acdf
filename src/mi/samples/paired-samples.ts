import { ShapeError } from "../../tensor/errors.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { formatType, isTensor } from "../../tensor/tensor.ts";

/** The number of pairs of two sets of samples. @throws ShapeError if they are no matrices of equally many rows, at least two. */
export function countSamples(name: string, x: AnyTensor, y: AnyTensor): number {
  const fits = (z: AnyTensor): boolean => isTensor(z) && z.shape.length === 2 && z.dtype === "f32" && z.shape[1]! > 0;
  if (!fits(x) || !fits(y) || x.shape[0] !== y.shape[0] || x.shape[0]! < 2) {
    const type = (z: AnyTensor): string => (isTensor(z) ? formatType(z) : "no tensor");
    throw new ShapeError(
      `${name}: x is ${type(x)}, y is ${type(y)}`,
      ["expects x f32[n,d] and y f32[n,d′] with n ≥ 2; one feature is [n,1]"],
      captureSite(),
    );
  }
  return x.shape[0]!;
}
