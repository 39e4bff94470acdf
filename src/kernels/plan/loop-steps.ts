import { instantiate } from "../../tensor/body.ts";
import type { AnyOp } from "../../tensor/op.ts";
import { apply1 } from "../../tensor/op.ts";
import { withSite } from "../../tensor/site.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { leaf, outputOf } from "../../tensor/tensor.ts";
import type { BoundRef, BufferRef, PlanLoop } from "../graph/buffer-ref.ts";
import { isSameBuffer, valueRef } from "../graph/buffer-ref.ts";
import { literalValue } from "../graph/literal.ts";
import type { TrimmedLoop } from "../graph/loop-node.ts";
import { resolve } from "../graph/resolve.ts";
import { rowStride } from "../passes/space-rows.ts";
import type { PlannedStep } from "./planned-step.ts";
import { withBases } from "./planned-step.ts";

/** The same value in a buffer of its own. */
const storeOp: AnyOp = { name: "store", infer: ([x]) => [x!], convert: true, samples: () => [] };

/**
 * The dispatches of a loop: those of its body, planned once, with the body's inputs and outputs put where the loop's rows and carries lie.
 *
 * @param planBody - plans a program over input leaves.
 */
export function loopSteps(
  node: Node,
  loop: TrimmedLoop,
  planBody: (outputs: readonly AnyTensor[]) => readonly PlannedStep[],
): PlannedStep[] {
  const { body, carries, rows, length, reverse, every, saved, starts } = loop;
  const around: PlanLoop = { length, reverse };
  const leaves = body.inputs.map((type) => leaf(type, { kind: "input" }, node.site));
  const results = withSite(node.site, () => apart(instantiate(body, leaves)));
  const kept = withSite(node.site, () => saved.map((i) => store(leaves[i]!)));
  const output = (i: number): BufferRef => valueRef(outputOf(node, i));
  const row = (of: BufferRef, { shape, dtype }: AnyTensor, own: number, start = 0): BoundRef => {
    const type = { shape, dtype };
    return { kind: "row", type, of, loop: around, start, stride: rowStride(type), every: own };
  };
  const turns = results
    .slice(0, carries)
    .map(({ shape, dtype }, i): readonly [BufferRef, BufferRef] => [
      output(i),
      { kind: "scratch", type: { shape, dtype }, id: {} },
    ]);
  const carry = (i: number, next: boolean): BoundRef => {
    const { shape, dtype } = leaves[i]!;
    const init = valueRef(resolve(node.inputs[i]!));
    return { kind: "carry", type: { shape, dtype }, init, turns: turns[i]!, loop: around, next };
  };
  const read = leaves.map((own, i): BoundRef => {
    if (i < carries) return carry(i, false);
    const outer = valueRef(resolve(node.inputs[i]!));
    return i < carries + rows ? row(outer, own, 1, starts[i - carries]!) : outer;
  });
  const written = [
    ...results.map((own, i): BoundRef => (i < carries ? carry(i, true) : row(output(i), own, 1))),
    ...kept.map((own, i) => row(output(results.length + i), own, every)),
  ];
  const own = [...leaves, ...[...results, ...kept].map(resolve)].map(valueRef);
  const outer = [...read, ...written];
  const place = (base: BufferRef): BoundRef => {
    const at = base.kind === "value" ? own.findIndex((one) => isSameBuffer(one, base)) : -1;
    return at < 0 ? base : outer[at]!;
  };
  const within = (steps: readonly PlannedStep[], each: number): PlannedStep[] =>
    withBases(steps, place).map((step) => ({
      ...step,
      loops: [around, ...step.loops],
      every: step.loops.length === 0 ? each : step.every,
    }));
  return [...within(kept.length === 0 ? [] : planBody(kept), every), ...within(planBody(results), 1)];
}

const store = (x: AnyTensor): AnyTensor => apply1(storeOp as never, [x], null);

/** Results that each lie in a buffer of their own, which a step of the loop writes. */
function apart(results: readonly AnyTensor[]): AnyTensor[] {
  const taken: BufferRef[] = [];
  return results.map((result) => {
    const held = resolve(result);
    const ref = valueRef(held);
    const shared =
      held.node.op === undefined || literalValue(result) !== null || taken.some((one) => isSameBuffer(one, ref));
    if (shared) return store(result);
    taken.push(ref);
    return result;
  });
}
