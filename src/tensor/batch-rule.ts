import type { AnyTensor } from "./tensor.ts";

/** Many calls of an op at once: inputs that differ from call to call have a new first axis, one place per call. */
export interface BatchCall<P> {
  readonly inputs: readonly AnyTensor[];
  /** For each input, whether it has the axis; at least one has. */
  readonly batched: readonly boolean[];
  /** The inputs, each with the axis. */
  readonly whole: readonly AnyTensor[];
  /** Length of the axis, ≥ 1. */
  readonly size: number;
  readonly params: P;
  /**
   * A program of one call as the program of all: the roots' values, each with the axis.
   *
   * @param stands - leaves of the program, and what stands for each, with the axis.
   */
  program(
    roots: readonly AnyTensor[],
    stands: readonly (readonly [leaf: AnyTensor, batched: AnyTensor])[],
  ): AnyTensor[];
}

/** How an op runs many calls at once; see `vmap`. */
export type BatchRule<P> =
  /** The same op on inputs that all have the axis, with these params. */
  | { readonly params: (params: P, size: number) => P }
  /** The outputs, each with the axis. */
  | { readonly outputs: (call: BatchCall<P>) => readonly AnyTensor[] };

/** The rule of an op whose params name one axis. */
export const nextAxis: { params<P extends { readonly axis: number }>(params: P): P } = {
  params: (params) => ({ ...params, axis: params.axis + 1 }),
};

/** The rule of an op whose params name several axes. */
export const nextAxes: { params<P extends { readonly axes: readonly number[] }>(params: P): P } = {
  params: (params) => ({ ...params, axes: params.axes.map((axis) => axis + 1) }),
};

/** The rule of an op that goes by the inputs' shapes alone. */
export const sameParams: { params<P>(params: P): P } = { params: (params) => params };
