import type { BatchCall, BatchRule } from "../tensor/batch-rule.ts";
import { topologicalOrder } from "../tensor/graph.ts";
import type { Op } from "../tensor/op.ts";
import { apply } from "../tensor/op.ts";
import { broadcastTo } from "../tensor/ops/broadcast.ts";
import { stack } from "../tensor/ops/concat.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import { slice } from "../tensor/ops/slice.ts";
import { withSite } from "../tensor/site.ts";
import { substitute } from "../tensor/substitute.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { leaf } from "../tensor/tensor.ts";

/** Nodes of the program of one call, with the outputs of all calls. */
type Batched = ReadonlyMap<Node, readonly AnyTensor[]>;

/** The values of all calls with their axis: one place per call. */
export function withAxis(x: AnyTensor, size: number): AnyTensor {
  return broadcastTo(x, [size, ...x.shape]);
}

/**
 * The program of one call as the program of `size` calls, node by node: nothing is computed.
 *
 * @param roots - of the program of one call. @param batched - its leaves that differ from call to call, with a new first axis.
 * @returns per root its values with the axis, or null where no call differs from another.
 */
export function batchProgram(roots: readonly AnyTensor[], batched: Batched, size: number): (AnyTensor | null)[] {
  const made = new Map<Node, readonly AnyTensor[]>(batched);
  const follow = ({ node, index }: AnyTensor): AnyTensor | null => made.get(node)?.[index] ?? null;
  for (const node of topologicalOrder(roots)) {
    if (node.op === undefined || made.has(node)) continue;
    const values = node.inputs.map(follow);
    if (values.every((value) => value === null)) continue;
    const outputs = withSite(node.site, () => batchNode(node.op as unknown as Op, callOf(node, values, size, made)));
    made.set(node, outputs);
  }
  return roots.map(follow);
}

function callOf(node: Node, values: readonly (AnyTensor | null)[], size: number, made: Batched): BatchCall<unknown> {
  const inputs = values.map((value, i) => value ?? node.inputs[i]!);
  const batched = values.map((value) => value !== null);
  return {
    inputs,
    batched,
    whole: inputs.map((input, i) => (batched[i] ? input : withAxis(input, size))),
    size,
    params: node.params,
    program: (roots, stands) => {
      const all = new Map([...made, ...stands.map(([stand, value]) => [stand.node, [value]] as const)]);
      return batchProgram(roots, all, size).map((y, i) => y ?? withAxis(roots[i]!, size));
    },
  };
}

function batchNode(op: Op, call: BatchCall<unknown>): readonly AnyTensor[] {
  const rule: BatchRule<unknown> | undefined = op.batch;
  if (rule !== undefined && "outputs" in rule) return rule.outputs(call);
  if (rule !== undefined) return apply(op, call.whole, rule.params(call.params, call.size));
  if (op.scalar !== undefined || op.convert !== undefined) return apply(op, call.whole, call.params);
  return op.expand === undefined ? oneByOne(op, call) : batchExpanded(op, call);
}

/** By a fused record's definition, on fresh leaves so that the walk ends at its inputs. */
function batchExpanded(op: Op, { inputs, batched, params, program }: BatchCall<unknown>): readonly AnyTensor[] {
  const stands = inputs.map((input, i) => {
    const shape = batched[i] ? input.shape.slice(1) : input.shape;
    return leaf({ shape, dtype: input.dtype }, { kind: "input" }, input.node.site);
  });
  const outputs = op.expand!(stands, params);
  const given = stands.flatMap((stand, i) => (batched[i] ? [[stand, inputs[i]!] as const] : []));
  const rest = new Map(stands.flatMap((stand, i) => (batched[i] ? [] : [[stand.node, inputs[i]!] as const])));
  return program(substitute(outputs, rest), given);
}

/** Call by call: right for every op, and slow. */
function oneByOne(op: Op, { inputs, batched, size, params }: BatchCall<unknown>): readonly AnyTensor[] {
  const calls = Array.from({ length: size }, (_, call) =>
    apply(
      op,
      inputs.map((x, i) =>
        batched[i] ? reshape(slice(x, { axis: 0, start: call, stop: call + 1 }), x.shape.slice(1)) : x,
      ),
      params,
    ),
  );
  return calls[0]!.map((_, output) => stack(calls.map((outputs) => outputs[output]!)));
}
