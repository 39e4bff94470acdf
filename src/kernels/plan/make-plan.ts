import { DeviceError } from "../../tensor/errors.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { formatType, outputOf } from "../../tensor/tensor.ts";
import type { PlanLimits } from "../adapter/plan-limits.ts";
import { elementwiseStep } from "../codegen/elementwise.ts";
import { isPackedUpdate, packedUpdateStep, updatedLeaf } from "../codegen/packed-update.ts";
import { reduceSteps } from "../codegen/reduce.ts";
import { familySteps, hasKernel } from "../families/family-step.ts";
import { bufferKeys, bytesOf, refType, valueRef } from "../graph/buffer-ref.ts";
import { loopOf } from "../graph/loop-node.ts";
import { resolve } from "../graph/resolve.ts";
import { roleOf } from "../graph/role.ts";
import { absorbEpilogues } from "../passes/epilogues.ts";
import type { Kernel } from "../passes/group.ts";
import { groupKernels } from "../passes/group.ts";
import { packUpdates } from "../passes/pack-updates.ts";
import { prepare } from "../passes/prepare.ts";
import type { Cut } from "../passes/regions.ts";
import { cut } from "../passes/regions.ts";
import { overwriteAfterReaders, schedule } from "../passes/schedule.ts";
import { trimLoops } from "../passes/trim-loops.ts";
import { clashingLeaves, packedLeaves } from "./arenas.ts";
import { loopSteps } from "./loop-steps.ts";
import type { Placement, PlanResult } from "./place-values.ts";
import { placeValues } from "./place-values.ts";
import type { PlannedStep } from "./planned-step.ts";
import { markMoves, plannedStep, withBases } from "./planned-step.ts";

/** What to compute: output tensors over input leaves, and which inputs give their buffers to which outputs. */
export interface PlanRequest {
  readonly outputs: readonly AnyTensor[];
  /** Output number → the donated input leaf whose buffer it should take. */
  readonly donations: ReadonlyMap<number, AnyTensor>;
}

/** Dispatches in order, with the memory they use. Nothing here touches a GPU. */
export interface Plan extends Placement {
  readonly steps: readonly PlannedStep[];
  /** Where each output's value lies after the last step. */
  readonly results: readonly PlanResult[];
  /** Bytes of one buffer for every value of the program after sharing, before fusion. */
  readonly naiveBytes: number;
}

export function makePlan(request: PlanRequest, limits: PlanLimits): Plan {
  const { donations } = request;
  const prepared = trimLoops(prepare(request.outputs, hasKernel));
  const plain = arrange(prepared, limits);
  const excluded = new Set<Node>();
  for (;;) {
    const packed = packUpdates(prepared, donations, plain.kernels, excluded, limits);
    const better = packed === prepared ? plain : arrange(packed, limits);
    const [outputs, arranged] = better.kernels.length < plain.kernels.length ? [packed, better] : [prepared, plain];
    const { steps, results, readLater } = makeSteps(outputs, donations, arranged, limits);
    const refused = [...readLater, ...clashingLeaves(steps, bufferKeys())];
    if (refused.length === 0) {
      checkLimits(steps, limits);
      const placement = placeValues(steps, results);
      return {
        steps: steps.map((step) => markMoves(step, limits.maxMoving)),
        results,
        ...placement,
        naiveBytes: naiveBytes(plain.region.order),
      };
    }
    for (const { node } of refused) excluded.add(node);
  }
}

/** A program cut into kernels. */
interface Arranged {
  readonly region: Cut;
  readonly kernels: readonly Kernel[];
}

function arrange(outputs: readonly AnyTensor[], limits: PlanLimits): Arranged {
  const { maxBindings } = limits;
  const region = cut(outputs, maxBindings);
  return { region, kernels: absorbEpilogues(groupKernels(region, maxBindings), region, limits) };
}

function naiveBytes(order: readonly Node[]): number {
  const values = order.flatMap((node) => (node.op === undefined ? [] : node.outputs));
  return values.reduce((total, type) => total + bytesOf(type), 0);
}

interface MadeSteps {
  readonly steps: readonly PlannedStep[];
  readonly results: readonly PlanResult[];
  /** Packed leaves whose old value is read after their update. */
  readonly readLater: readonly AnyTensor[];
}

function makeSteps(
  outputs: readonly AnyTensor[],
  donations: ReadonlyMap<number, AnyTensor>,
  { region, kernels }: Arranged,
  limits: PlanLimits,
): MadeSteps {
  const overwrites = chooseOverwrites(outputs, donations, region, kernels);
  const packed = packedLeaves(region.order);
  const readLater = packed.filter(({ update, over }) => !overwriteAfterReaders(kernels, update, over, region));
  const needed = new Set(kernels.flatMap((kernel) => [...kernel.reads]));
  const stored = new Set(outputs.map((output) => resolve(output).node));
  for (const output of stored) needed.add(output);
  const plannedBytes = (node: Node): number =>
    overwrites.has(node) || isPackedUpdate(node) || !needed.has(node)
      ? 0
      : node.outputs.reduce((total, type) => total + bytesOf(type), 0);
  const made = schedule(kernels, plannedBytes, stored).flatMap((kernel) =>
    stepsOf(kernel, region, overwrites, needed, limits),
  );
  const updated = updatedNodes(made);
  const steps = readOverwritten(made, overwrites, updated);
  const results = outputs.map((output, i) => {
    const value = resolve(output);
    const over = overwrites.get(value.node);
    const leaf = updatedLeaf(value) ?? (over !== undefined && updated.has(over.node) ? over : null);
    return { type: output, tensor: leaf ?? value, inPlace: leaf !== null && leaf === donations.get(i) };
  });
  return { steps, results, readLater: readLater.map(({ over }) => over) };
}

/** Outputs that may be written over a donated input: elementwise ones, after every other reader of the old value. */
function chooseOverwrites(
  outputs: readonly AnyTensor[],
  donations: ReadonlyMap<number, AnyTensor>,
  region: Cut,
  kernels: readonly Kernel[],
): Map<Node, AnyTensor> {
  const overwrites = new Map<Node, AnyTensor>();
  const passedOn = new Set<Node>(outputs.map((output) => resolve(output).node).filter((node) => node.op === undefined));
  for (const [i, over] of donations) {
    const root = resolve(outputs[i]!).node;
    const taken = root.op === undefined || overwrites.has(root) || passedOn.has(over.node);
    if (taken || !region.materialised.has(root)) continue;
    if (overwriteAfterReaders(kernels, root, over, region)) overwrites.set(root, over);
  }
  return overwrites;
}

/** Readers of a value that was written over a donated input find it in that input's buffer. */
function readOverwritten(
  steps: readonly PlannedStep[],
  overwrites: ReadonlyMap<Node, AnyTensor>,
  updated: ReadonlySet<Node>,
): PlannedStep[] {
  return withBases(steps, (base) => {
    if (base.kind !== "value") return base;
    const packed = updatedLeaf(base.tensor);
    if (packed !== null) return valueRef(packed);
    const over = overwrites.get(base.tensor.node);
    return over !== undefined && updated.has(over.node) ? valueRef(over) : base;
  });
}

/** Nodes whose buffers a step reads and writes in place. */
function updatedNodes(steps: readonly PlannedStep[]): Set<Node> {
  const updates = steps.flatMap(({ buffers }) => buffers.filter(({ access }) => access === "update"));
  return new Set(updates.flatMap(({ ref }) => (ref.kind === "value" ? [ref.tensor.node] : [])));
}

/** @param needed - nodes whose values must lie in buffers. */
function stepsOf(
  kernel: Kernel,
  region: Cut,
  overwrites: ReadonlyMap<Node, AnyTensor>,
  needed: ReadonlySet<Node>,
  limits: PlanLimits,
): PlannedStep[] {
  const { isMaterialised } = region;
  const { adapter } = limits;
  const roots = kernel.roots.map((root) => outputOf(root, 0));
  const targets = roots.map((tensor) => ({ tensor, over: overwrites.get(tensor.node) ?? null }));
  if (kernel.roots[0]!.outputs.every(({ shape }) => sizeOf(shape) === 0)) return [];
  switch (kernel.kind) {
    case "elementwise":
      return [plannedStep(elementwiseStep(targets, isMaterialised, adapter))];
    case "reduce": {
      const reductions = roots.filter(({ node }) => roleOf(node) === "reduce");
      const finish = { roots: targets.slice(reductions.length), isMaterialised };
      return reduceSteps(reductions, finish, ({ node }) => needed.has(node), adapter).map(plannedStep);
    }
    case "family": {
      const node = kernel.roots[0]!;
      if (isPackedUpdate(node)) return [plannedStep(packedUpdateStep(node, adapter))];
      const loop = loopOf(node);
      if (loop !== null) return loopSteps(node, loop, (outputs) => bodySteps(outputs, limits));
      const fused = targets.slice(1);
      const results = node.outputs.map((_, index) => outputOf(node, index));
      const epilogue = { results, stored: needed.has(node), roots: fused, isMaterialised };
      return familySteps(node, adapter, fused.length === 0 ? null : epilogue).map(plannedStep);
    }
  }
}

/** The dispatches of a loop's body, by itself. */
function bodySteps(outputs: readonly AnyTensor[], limits: PlanLimits): readonly PlannedStep[] {
  return makeSteps(outputs, new Map(), arrange(outputs, limits), limits).steps;
}

function checkLimits(steps: readonly PlannedStep[], limits: PlanLimits): void {
  for (const step of steps) {
    if (step.buffers.length > limits.maxBindings) {
      throw new DeviceError(
        `${step.name}: needs ${step.buffers.length} buffers, the adapter binds ${limits.maxBindings}`,
      );
    }
    for (const { ref } of step.buffers) {
      const bytes = bytesOf(refType(ref));
      if (bytes <= limits.maxBindingBytes) continue;
      throw new DeviceError(
        `${step.name}: ${formatType(refType(ref))} takes ${bytes} bytes, the adapter binds ${limits.maxBindingBytes} at most`,
        ["split the batch"],
        ref.kind === "value" ? ref.tensor.node.site : undefined,
      );
    }
  }
}
