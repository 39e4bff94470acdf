import { ConfigError, GradientError } from "../tensor/errors.ts";
import type { Site } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, isTensor } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import { flattenTree, leavesOf, mapTree } from "../tensor/tree.ts";
import { hostValues } from "./inner-product.ts";

/** A function of trees as a function of a list: of its f32 inputs, to its f32 outputs. The other inputs stay fixed. */
export interface Variables {
  readonly tensors: readonly AnyTensor[];
  /** `argument 0.w`, one per tensor. */
  readonly names: readonly string[];
  call(tensors: readonly AnyTensor[]): readonly AnyTensor[];
}

/**
 * @throws ConfigError for arguments that are not a function and a list; GradientError if no input or no output is f32, or the
 *   function does not give equal values for equal inputs.
 */
export function variablesOf<A extends readonly unknown[]>(
  name: string,
  f: (...args: A) => unknown,
  inputs: A,
  site: Site,
): Variables {
  checkArguments(name, f, inputs, site);
  const found = leavesOf(inputs).flatMap(({ path, value }) =>
    isTensor(value) && value.dtype === "f32" ? [{ name: `argument ${path}`, value }] : [],
  );
  if (found.length === 0) {
    throw new GradientError(`${name}: no input is f32`, ["there is nothing to differentiate by"], site);
  }
  const call = (tensors: readonly AnyTensor[]): readonly AnyTensor[] => {
    let next = 0;
    const args = mapTree(inputs, (tensor) => (tensor.dtype === "f32" ? tensors[next++]! : tensor));
    const result = f(...(args as unknown as A));
    refuseAsync(name, result, site);
    const outputs = flattenTree(result).filter((output) => output.dtype === "f32");
    if (outputs.length > 0) return outputs;
    throw new GradientError(`${name}: the function returns no f32 tensor`, ["there is nothing to differentiate"], site);
  };
  const tensors = found.map(({ value }) => value);
  checkRepeats(name, [call(tensors), call(tensors)], site);
  return { tensors, names: found.map((variable) => variable.name), call };
}

function checkArguments(name: string, f: unknown, inputs: unknown, site: Site): void {
  if (typeof f !== "function") {
    throw new ConfigError(`${name}: the first argument is ${typeof f}, not a function`, [], site);
  }
  if (Array.isArray(inputs)) return;
  const given = isTensor(inputs)
    ? `a tensor, ${formatType(inputs)}`
    : inputs === null
      ? "null"
      : `of type ${typeof inputs}`;
  throw new ConfigError(
    `${name}: inputs is ${given}; expects the list of the function's arguments`,
    [`write ${name}(f, [x])`],
    site,
  );
}

/** A function that draws its own random numbers, or changes something outside, has no derivative to check. */
function checkRepeats(name: string, [first, second]: readonly (readonly AnyTensor[])[], site: Site): void {
  const mend = "pass random numbers, or the key they are made of, as an input; change nothing outside the function";
  if (first!.map(formatType).join() !== second!.map(formatType).join()) {
    const types = [first, second].map((outputs) => outputs!.map(formatType).join(", "));
    throw new GradientError(
      `${name}: the function gives different shapes for equal inputs`,
      [types.join(", then "), mend],
      site,
    );
  }
  first!.forEach((output, k) => {
    const [once, again] = [hostValues(output), hostValues(second![k]!)];
    const at = once.findIndex((value, i) => !Object.is(value, again[i]));
    if (at < 0) return;
    throw new GradientError(
      `${name}: the function gives different values for equal inputs`,
      [`output ${k}, element ${at}: ${once[at]}, then ${again[at]}`, mend],
      site,
    );
  });
}
