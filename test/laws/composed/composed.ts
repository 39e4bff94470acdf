import type { AnyTensor, Tensor } from "../../../src/tensor/tensor.ts";

/** A function made of other ops: what it gives of some inputs, by a computation that shares nothing with it. */
export interface Composed {
  /** As the entry point exports it, with words behind it where there are several rows. */
  readonly name: string;
  readonly f: (...inputs: never[]) => unknown;
  readonly inputs: readonly AnyTensor[];
  /** Relative to the largest of them, 1e-6. */
  readonly want: readonly number[];
  /** Whether first and second derivatives are compared with forward mode. */
  readonly derivatives: boolean;
}

export const row = (
  name: string,
  inputs: readonly AnyTensor[],
  f: (...inputs: Tensor[]) => unknown,
  want: readonly number[],
): Composed => ({ name, f, inputs, want, derivatives: true });

/** No gradient, or values at which there is none. */
export const still = (...[name, inputs, f, want]: Parameters<typeof row>): Composed => ({
  ...row(name, inputs, f, want),
  derivatives: false,
});
