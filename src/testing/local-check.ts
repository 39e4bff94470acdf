import { pullback } from "../autodiff/pullback.ts";
import { topologicalOrder } from "../tensor/graph.ts";
import { computeValues, valueOf } from "../tensor/reference.ts";
import { formatSite } from "../tensor/site.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { formatType, hostLeaf, outputOf } from "../tensor/tensor.ts";
import { slope } from "./differences.ts";
import { directions } from "./directions.ts";
import { hostValues, innerProduct } from "./inner-product.ts";

/**
 * The first op of a program whose own VJP disagrees with differences at the values that it gets there, in words; undefined if
 * each op by itself is right.
 */
export function firstWrongOp(roots: readonly AnyTensor[], seed: number, tolerance: number): string | undefined {
  const order = topologicalOrder(roots);
  const every = order.flatMap((node) => node.outputs.map((_, index) => outputOf(node, index)));
  const values = computeValues(every, "f64");
  for (const node of order) {
    if (node.op === undefined) continue;
    const inputs = node.inputs.map((input) => hostLeaf(input, valueOf(values, input)));
    const wrong = wrongInput(node, inputs, seed, tolerance);
    if (wrong === undefined) continue;
    const where = node.site === undefined ? undefined : formatSite(node.site);
    return `${node.op.name}, input ${wrong} of ${inputs.map(formatType).join(", ")}${where === undefined ? "" : ` at ${where}`}`;
  }
  return undefined;
}

function wrongInput(
  node: Node & { op: object },
  inputs: readonly AnyTensor[],
  seed: number,
  tolerance: number,
): number | undefined {
  if ((node.op as { vjp?: unknown }).vjp === null) return undefined;
  const floats = node.outputs.flatMap((type, index) => (type.dtype === "f32" ? [index] : []));
  const weights = directions(
    floats.map((index) => node.outputs[index]!),
    seed,
    2,
  );
  const apply = (given: readonly AnyTensor[]): AnyTensor[] => {
    const copy = { ...node, inputs: given } as Node;
    return floats.map((index) => outputOf(copy, index));
  };
  const wrong = inputs.findIndex((input, i) => {
    if (input.dtype !== "f32") return false;
    const [v] = directions([input], seed, 3 + i);
    const [g] = pullback(apply(inputs), weights, [input]);
    const analytic = g === null ? 0 : hostValues(innerProduct([g!], [v!]))[0]!;
    const loss = ([x]: readonly AnyTensor[]): AnyTensor => {
      const given = [...inputs];
      given[i] = x!;
      return innerProduct(apply(given), weights);
    };
    const { value, kink } = slope(loss, [input], [v!]);
    const scale = Math.max(Math.abs(value), Math.abs(analytic), 1e-3);
    return Math.abs(value - analytic) > tolerance * scale && kink < 0.1 * Math.abs(value - analytic);
  });
  return wrong < 0 ? undefined : wrong;
}
