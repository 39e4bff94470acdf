import { DeviceError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { AnyTensor, Node, TensorType } from "../tensor/tensor.ts";
import { formatType, outputOf } from "../tensor/tensor.ts";
import { elementwiseStep } from "./codegen/elementwise.ts";
import { reduceSteps } from "./codegen/reduce.ts";
import type { AdapterFacts } from "./family.ts";
import { familySteps, hasKernel } from "./family-step.ts";
import type { Life, MemoryPlan } from "./memory-plan.ts";
import { planMemory } from "./memory-plan.ts";
import { absorbEpilogues } from "./passes/epilogues.ts";
import type { Kernel } from "./passes/group.ts";
import { groupKernels } from "./passes/group.ts";
import { prepare } from "./passes/prepare.ts";
import type { Cut } from "./passes/regions.ts";
import { cut, resolve, roleOf } from "./passes/regions.ts";
import { overwriteAfterReaders, schedule } from "./passes/schedule.ts";
import type { KeyOf } from "./plan-keys.ts";
import { bufferKeys, bytesOf, isLeafRef, refType, valueRef } from "./plan-keys.ts";
import type { Step } from "./step.ts";

/** Limits that a plan must keep. */
export interface PlanLimits {
  readonly adapter: AdapterFacts;
  readonly maxBindings: number;
  readonly maxBindingBytes: number;
}

/** What to compute: output tensors over input leaves, and which inputs give their buffers to which outputs. */
export interface PlanRequest {
  readonly outputs: readonly AnyTensor[];
  /** Output number → the donated input leaf whose buffer it should take. */
  readonly donations: ReadonlyMap<number, AnyTensor>;
}

/** An output: its type, and the value that holds it, an equal number of elements under another shape perhaps. */
export interface PlanResult {
  readonly type: TensorType;
  readonly tensor: AnyTensor;
  /** `tensor` is the donated input that was written over. */
  readonly inPlace: boolean;
}

/** Dispatches in order, with the memory they use. Nothing here touches a GPU. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Where each output's value lies after the last step. */
  readonly results: readonly PlanResult[];
  /** Outputs that each call computes into a buffer of its own instead of copying them out of a slot. */
  readonly direct: ReadonlySet<Node>;
  readonly memory: MemoryPlan;
  /** The names that `memory` knows buffers by. */
  readonly keyOf: KeyOf;
  /** Bytes of one buffer for every value of the program after sharing, before fusion. */
  readonly naiveBytes: number;
  /** Nodes after passes, for dumps. */
  readonly order: readonly Node[];
}

export function makePlan(request: PlanRequest, limits: PlanLimits): Plan {
  const outputs = prepare(request.outputs, hasKernel);
  const region = cut(outputs, limits.maxBindings);
  const kernels = absorbEpilogues(groupKernels(region, limits.maxBindings), region, limits.maxBindings);
  const overwrites = chooseOverwrites(outputs, request.donations, region, kernels);
  const needed = new Set(kernels.flatMap((kernel) => [...kernel.reads]));
  const stored = new Set(outputs.map((output) => resolve(output).node));
  for (const output of stored) needed.add(output);
  const takes = (node: Node): number =>
    overwrites.has(node) || !needed.has(node) ? 0 : node.outputs.reduce((total, type) => total + bytesOf(type), 0);
  const made = schedule(kernels, takes, stored).flatMap((kernel) =>
    stepsOf(kernel, region, overwrites, needed, limits.adapter),
  );
  const steps = readOverwritten(made, overwrites);
  const results = outputs.map((output, i) => {
    const over = request.donations.get(i);
    const inPlace = over !== undefined && overwrites.get(resolve(output).node) === over && isUpdated(steps, over);
    return { type: output, tensor: inPlace ? over : resolve(output), inPlace };
  });
  checkLimits(steps, limits);
  const direct = chooseDirect(results);
  const keyOf = bufferKeys();
  const memory = planMemory(livesOf(steps, results, direct, keyOf));
  return { steps, results, direct, memory, keyOf, naiveBytes: naiveBytes(region.order), order: region.order };
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
function readOverwritten(steps: readonly Step[], overwrites: ReadonlyMap<Node, AnyTensor>): Step[] {
  return steps.map((step) => ({
    ...step,
    buffers: step.buffers.map((buffer) => {
      const over = buffer.ref.kind === "value" ? overwrites.get(buffer.ref.tensor.node) : undefined;
      return over !== undefined && isUpdated(steps, over) ? { ...buffer, ref: valueRef(over) } : buffer;
    }),
  }));
}

function isUpdated(steps: readonly Step[], over: AnyTensor): boolean {
  return steps.some(({ buffers }) =>
    buffers.some(({ ref, access }) => access === "update" && ref.kind === "value" && ref.tensor.node === over.node),
  );
}

/** @param needed - nodes whose values must lie in buffers. */
function stepsOf(
  kernel: Kernel,
  region: Cut,
  overwrites: ReadonlyMap<Node, AnyTensor>,
  needed: ReadonlySet<Node>,
  adapter: AdapterFacts,
): Step[] {
  const { isMaterialised } = region;
  const roots = kernel.roots.map((root) => outputOf(root, 0));
  const targets = roots.map((tensor) => ({ tensor, over: overwrites.get(tensor.node) ?? null }));
  if (kernel.roots[0]!.outputs.every(({ shape }) => sizeOf(shape) === 0)) return [];
  switch (kernel.kind) {
    case "elementwise":
      return [elementwiseStep(targets, isMaterialised, adapter)];
    case "reduce": {
      const reductions = roots.filter(({ node }) => roleOf(node) === "reduce");
      const finish = { roots: targets.slice(reductions.length), isMaterialised };
      return reduceSteps(reductions, finish, ({ node }) => needed.has(node), adapter);
    }
    case "family": {
      const node = kernel.roots[0]!;
      const melted = targets.slice(1);
      const results = node.outputs.map((_, index) => outputOf(node, index));
      const epilogue = { results, stored: needed.has(node), roots: melted, isMaterialised };
      return familySteps(node, adapter, melted.length === 0 ? null : epilogue);
    }
  }
}

/** A bind group for the call's own buffer takes as long as copying this. */
const directBytes = 2 ** 18;

function chooseDirect(results: Plan["results"]): Set<Node> {
  const made = results.filter(({ tensor, inPlace }) => !inPlace && tensor.node.op !== undefined);
  const large = made.filter(({ tensor }) => tensor.node.outputs.length === 1 && bytesOf(tensor) >= directBytes);
  return new Set(large.map(({ tensor }) => tensor.node));
}

/** From first write to last read; results live past the last step. Leaves and direct outputs have buffers of their own. */
function livesOf(steps: readonly Step[], results: Plan["results"], direct: ReadonlySet<Node>, keyOf: KeyOf): Life[] {
  const lives = new Map<string, Life & { to: number; readonly bound: Map<number, boolean> }>();
  steps.forEach((step, at) => {
    for (const { ref, access } of step.buffers) {
      if (isLeafRef(ref) || (ref.kind === "value" && direct.has(ref.tensor.node))) continue;
      const key = keyOf(ref);
      const life = lives.get(key) ?? { key, bytes: bytesOf(refType(ref)), from: at, to: at, bound: new Map() };
      life.to = at;
      life.bound.set(at, access !== "read" || life.bound.get(at) === true);
      lives.set(key, life);
    }
  });
  for (const { tensor } of results) {
    const life = lives.get(keyOf(valueRef(tensor)));
    if (life !== undefined) life.to = steps.length;
  }
  return [...lives.values()];
}

function naiveBytes(order: readonly Node[]): number {
  const values = order.filter((node) => node.op !== undefined).flatMap((node) => node.outputs);
  return values.reduce((total, type) => total + bytesOf(type), 0);
}

function checkLimits(steps: readonly Step[], limits: PlanLimits): void {
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
