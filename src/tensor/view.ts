/**
 * Layout ops as data: how an output element finds its input element. One description gives the reference loop
 * and the index arithmetic that kernels fold into their loads.
 */
export type View =
  /** Same elements in row-major order under another shape. */
  | { readonly kind: "flat" }
  /** The first piece whose ranges hold supplies the element; `fill` where none does. */
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[]; readonly fill: number };

/** One input read at affine coordinates, where every range holds. */
export interface Piece {
  readonly input: number;
  /** For each axis of the input. */
  readonly reads: readonly AxisRead[];
  readonly inside: readonly AxisRange[];
}

/**
 * Input coordinate = `scale` · output coordinate of `axis` + `offset`; just `offset` when axis is null. `scale` is an integer,
 * or 1/step with `offset` −from/step and a range of that step on the axis: elements laid out with gaps.
 */
export interface AxisRead {
  readonly axis: number | null;
  readonly scale: number;
  readonly offset: number;
}

/** `from` ≤ output coordinate of `axis` < `to`, and (coordinate − from) divisible by `step`. */
export interface AxisRange {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export const along = (axis: number, offset = 0, scale = 1): AxisRead => ({ axis, scale, offset });
export const fixed = (offset: number): AxisRead => ({ axis: null, scale: 0, offset });

/** A view of one input without gaps. */
export function affine(reads: readonly AxisRead[]): View {
  return { kind: "pieces", pieces: [{ input: 0, reads, inside: [] }], fill: 0 };
}
