import type { Body } from "../../tensor/body.ts";
import { topologicalOrder } from "../../tensor/graph.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { formatType } from "../../tensor/tensor.ts";
import { constantKey } from "./literal.ts";

/** True if params hold functions or tensors, as those of ops with a sub-program do. */
export function holdsProgram(params: unknown): boolean {
  let found = false;
  paramsKey(params, () => {
    found = true;
    return 0;
  });
  return found;
}

/** Params as text: numbers by value, −0, ±∞ and NaN too; sub-programs by form; functions and other tensors count by identity. */
export function paramsKey(params: unknown, idOf: (thing: object) => number): string {
  if (typeof params === "function") return `#${idOf(params)}`;
  if (typeof params === "number") return Object.is(params, -0) ? "-0" : `${params}`;
  if (typeof params !== "object" || params === null) return JSON.stringify(params) ?? "";
  if ("node" in params) return `#${idOf(params)}`;
  if (Array.isArray(params)) return `[${params.map((one) => paramsKey(one, idOf))}]`;
  if ("inputs" in params && "outputs" in params) return bodyKey(params as Body, idOf);
  return `{${Object.entries(params).map(([name, one]) => `${JSON.stringify(name)}:${paramsKey(one, idOf)}`)}}`;
}

function bodyKey({ inputs, outputs }: Body, idOf: (thing: object) => number): string {
  const numbers = new Map(inputs.map(({ node }, i) => [node, i]));
  const leafKey = (node: Node): string => {
    const number = numbers.get(node);
    const type = formatType(node.outputs[0]!);
    return number === undefined ? (constantKey(node) ?? `#${idOf(node)}`) : `input ${number} ${type}`;
  };
  return `(${programKey(topologicalOrder(outputs), outputs, leafKey, idOf)})`;
}

/** A program as text, node by node. */
export function programKey(
  order: readonly Node[],
  roots: readonly AnyTensor[],
  leafKey: (node: Node) => string,
  idOf: (thing: object) => number,
): string {
  const place = new Map<Node, number>(order.map((node, i) => [node, i]));
  const at = (tensor: AnyTensor): string => `${place.get(tensor.node)}.${tensor.index}`;
  return order
    .map((node) => {
      if (node.op === undefined) return leafKey(node);
      return `${idOf(node.op)}(${node.inputs.map(at).join()})${paramsKey(node.params, idOf)}`;
    })
    .concat(roots.map(at))
    .join(";");
}
