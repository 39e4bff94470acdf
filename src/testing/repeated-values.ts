import type { NumericArray } from "../tensor/dtype.ts";
import { KernelError } from "../tensor/errors.ts";
import { computeValues, valueOf } from "../tensor/reference.ts";
import { formatType } from "../tensor/tensor.ts";
import { differingBits } from "./device-values.ts";
import { elementName } from "./finding.ts";
import type { OpCall } from "./op-call.ts";
import { functionOf, inputsOf } from "./op-call.ts";
import type { SeededCheck } from "./seeded-check.ts";

/**
 * The law of values: on inputs of its domains a record's values are finite, the same to the bit when they are computed again, and its
 * inputs stay as they were.
 *
 * @throws KernelError naming the output or input, the element, and the values.
 */
export function compareRepeats({ name, site, seed }: SeededCheck, call: OpCall): void {
  const inputs = inputsOf(call);
  const outputs = functionOf(call)(...inputs);
  const given = computeValues(inputs, "f64");
  const before = inputs.map((input) => valueOf(given, input).slice());
  const compute = (): NumericArray[] => {
    const known = new Map(inputs.map(({ node }) => [node, given.get(node)!]));
    const values = computeValues(outputs, "f64", known);
    return outputs.map((output) => valueOf(values, output));
  };
  const fail = (head: string, lines: readonly string[]): KernelError => {
    const ends = [`inputs ${inputs.map(formatType).join(", ")}`, `replay with { seed: ${seed} }`];
    return new KernelError(`${name}: ${head}`, [...lines, ...ends], site);
  };
  const [first, again] = [compute(), compute()];
  const where = (k: number, at: number): string => elementName(`value of output ${k}`, outputs[k]!.shape, at);
  first.forEach((data, k) => {
    const at = data.findIndex((value: number) => !Number.isFinite(value));
    if (at < 0) return;
    const mend = "keep the sample's domains off poles; NaN: something behind the end of an input was read";
    throw fail(`${where(k, at)} is ${data[at]}`, [mend]);
  });
  const changed = differingBits(
    before,
    inputs.map((input) => valueOf(given, input)),
  );
  if (changed !== undefined) {
    const element = elementName(`argument ${changed.root}`, inputs[changed.root]!.shape, changed.at);
    throw fail(`computing the values changes ${element}`, ["write outputs only"]);
  }
  const unequal = differingBits(first, again);
  if (unequal === undefined) return;
  const { root, at } = unequal;
  const numbers = `${first[root]![at]}, then ${again[root]![at]}`;
  throw fail(`two runs differ in the ${where(root, at)}`, [numbers, "a record keeps nothing between calls"]);
}
