import { topologicalOrder } from "./graph.ts";
import type { Op } from "./op.ts";
import { formatSite } from "./site.ts";
import type { AnyTensor, Node } from "./tensor.ts";
import { formatType } from "./tensor.ts";

/** The graph as text, one node per line, inputs before users: `%3 = add(%1, %2)  f32[2,3]  at loss (my-file.ts:12:18)`. */
export function listProgram(roots: readonly AnyTensor[]): string {
  const order = topologicalOrder(roots);
  const numbers = new Map(order.map((node, i) => [node, i]));
  const name = ({ node, index }: AnyTensor): string =>
    `%${numbers.get(node)}${node.outputs.length > 1 ? `.${index}` : ""}`;
  const lines = order.map((node) => {
    const right = node.op === undefined ? describeLeaf(node) : `${node.op.name}(${node.inputs.map(name).join(", ")})`;
    const types = node.outputs.map(formatType).join(", ");
    const where = node.site === undefined ? undefined : formatSite(node.site);
    const line = `%${numbers.get(node)} = ${right}  ${types}${where === undefined ? "" : `  at ${where}`}`;
    return [line, ...listLoop(node)].join("\n");
  });
  return [...lines, `return ${roots.map(name).join(", ")}`].join("\n");
}

/** The body of a loop, and how it runs. */
function listLoop({ op, params }: Node): string[] {
  const rule = (op as unknown as Op | undefined)?.kernel;
  if (rule === undefined || !("loop" in rule)) return [];
  const { body, length, reverse } = rule.loop(params);
  const head = `  ${length} steps${reverse ? ", the last row first" : ""}:`;
  return [
    head,
    ...listProgram(body.outputs)
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}

function describeLeaf(node: Node & { op: undefined }): string {
  if (node.source.kind === "host" && node.source.literal) return String(node.source.data[0]);
  return node.source.kind;
}
