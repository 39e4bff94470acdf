import { topologicalOrder } from "./graph.ts";
import type { AnyTensor, Node } from "./tensor.ts";
import { formatType } from "./tensor.ts";

/**
 * All that decides what a program computes, as texts and bytes for a digest: ops with their params, shapes, and the values of leaves.
 * Programs with equal parts give equal results on equal inputs.
 *
 * @returns null where that cannot be said: the program reads what a device holds, or an op's params hold a function.
 */
export function programParts(roots: readonly AnyTensor[]): readonly (string | ArrayBufferView)[] | null {
  const parts: (string | ArrayBufferView)[] = [];
  return write(roots, parts) ? parts : null;
}

/** @returns false where a part cannot be written. */
function write(roots: readonly AnyTensor[], parts: (string | ArrayBufferView)[]): boolean {
  const order = topologicalOrder(roots);
  const place = new Map<Node, number>(order.map((node, i) => [node, i]));
  const at = (tensor: AnyTensor): string => `${place.get(tensor.node)}.${tensor.index}`;
  for (const node of order) {
    const types = node.outputs.map(formatType).join();
    if (node.op === undefined) {
      if (node.source.kind === "device") return false;
      parts.push(`${types} ${node.source.kind}`);
      if (node.source.kind === "host") parts.push(node.source.data);
      continue;
    }
    const bodies: AnyTensor[] = []; // of ops with a sub-program
    const params = paramsText(node.params, bodies);
    if (params === null) return false;
    parts.push(`${types} ${node.op.name}(${node.inputs.map(at).join()})${params}`);
    if (bodies.length > 0 && !write(bodies, parts)) return false;
  }
  parts.push(`return ${roots.map(at).join()}`);
  return true;
}

/** Params as text, with tensors by their number in `bodies`; null for a function, which has no text that says all. */
function paramsText(params: unknown, bodies: AnyTensor[]): string | null {
  if (typeof params === "function") return null;
  if (typeof params === "number") return Object.is(params, -0) ? "-0" : `${params}`;
  if (typeof params !== "object" || params === null) return JSON.stringify(params) ?? "";
  if ("node" in params) return `#${bodies.push(params as AnyTensor)}`;
  const texts: string[] = [];
  for (const [name, one] of Object.entries(params)) {
    const text = paramsText(one, bodies);
    if (text === null) return null;
    texts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${texts.join()}}`;
}
