import { sizeOf } from "../tensor/shape.ts";

/**
 * The second half of a dual number, for a whole tensor: how it moves when the inputs move, and how far rounding may have put that
 * off. `doubt` follows the absolute values of all derivatives on the way, so terms that cancel are counted in full. A bool's
 * tangent is what it is beyond the tie where it stands, less what it is.
 */
export interface Motion {
  readonly tangent: Float64Array;
  readonly doubt: Float64Array;
}

/** null: does not move. */
export type MaybeMotion = Motion | null;

export function zeros({ shape }: { readonly shape: readonly number[] }): Float64Array {
  return new Float64Array(sizeOf(shape));
}

/** Numbers below have fewer bits, or none: no check compares them. */
export const underflow: number = 2 ** -1000;
