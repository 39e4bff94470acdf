import { GradientError } from "../tensor/errors.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { isTensor } from "../tensor/tensor.ts";
import { flattenTree, leavesOf, mapTree } from "../tensor/tree.ts";

/** A function of trees as a function of a list: of its f32 inputs, to its f32 outputs. The other inputs stay fixed. */
export interface Variables {
  readonly tensors: readonly AnyTensor[];
  /** `argument 0.w`, one a tensor. */
  readonly names: readonly string[];
  call(tensors: readonly AnyTensor[]): readonly AnyTensor[];
}

/** @throws GradientError if no input or no output is f32. */
export function variablesOf<A extends readonly unknown[]>(
  name: string,
  f: (...args: A) => unknown,
  inputs: A,
): Variables {
  const found = leavesOf(inputs).flatMap(({ path, value }) =>
    isTensor(value) && value.dtype === "f32" ? [{ name: `argument ${path}`, value }] : [],
  );
  if (found.length === 0) throw new GradientError(`${name}: no input is f32`, ["there is nothing to differentiate by"]);
  return {
    tensors: found.map(({ value }) => value),
    names: found.map((variable) => variable.name),
    call: (tensors) => {
      let next = 0;
      const args = mapTree(inputs, (tensor) => (tensor.dtype === "f32" ? tensors[next++]! : tensor));
      const outputs = flattenTree(f(...(args as unknown as A))).filter((output) => output.dtype === "f32");
      if (outputs.length > 0) return outputs;
      throw new GradientError(`${name}: the function returns no f32 tensor`, ["there is nothing to differentiate"]);
    },
  };
}
