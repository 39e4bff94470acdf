import type { AnyTensor, Node, TensorType } from "../../tensor/tensor.ts";
import type { Arena, BufferRef, KeyOf, PlanLoop } from "../graph/buffer-ref.ts";
import { basesOf, bufferKeys, bytesOf, isLeafRef, refType, valueRef } from "../graph/buffer-ref.ts";
import { arenaOfMember, arenasOf } from "./arenas.ts";
import type { Lifetime, MemoryPlan } from "./memory-plan.ts";
import { planMemory } from "./memory-plan.ts";
import type { PlannedStep } from "./planned-step.ts";

/** An output: its type, and the value that holds it, an equal number of elements under another shape perhaps. */
export interface PlanResult {
  readonly type: TensorType;
  readonly tensor: AnyTensor;
  /** `tensor` is the donated input that was written over. */
  readonly inPlace: boolean;
}

/** Where a plan's values lie. */
export interface Placement {
  /** Outputs that each call computes into a buffer of its own instead of copying them out of a slot. */
  readonly direct: ReadonlySet<Node>;
  /** Memory that holds several values for one dispatch. */
  readonly arenas: readonly Arena[];
  /** Places of all values of the plan, of those in arenas too. */
  readonly memory: MemoryPlan;
  /** The names that `memory` knows buffers by. */
  readonly keyOf: KeyOf;
}

export function placeValues(steps: readonly PlannedStep[], results: readonly PlanResult[]): Placement {
  const arenas = arenasOf(steps);
  const keyOf = bufferKeys();
  const direct = chooseDirect(results, arenas);
  const arenaOf = arenaOfMember(arenas, keyOf);
  const planned = planMemory(lifetimesOf(steps, results, direct, arenaOf, keyOf));
  const placeOf = new Map(planned.placeOf);
  for (const arena of arenas) {
    arena.members.forEach((member, i) => {
      const key = keyOf(valueRef(member));
      const whole = arenaOf.get(key);
      if (whole === undefined) return;
      const { slot, offset } = planned.placeOf.get(keyOf(whole))!;
      placeOf.set(key, { slot, offset: offset + arena.offsets[i]! });
    });
  }
  return { direct, arenas, memory: { ...planned, placeOf }, keyOf };
}

/** A bind group for the call's own buffer takes as long as copying this. */
const directBytes = 2 ** 18;

function chooseDirect(results: readonly PlanResult[], arenas: readonly Arena[]): Set<Node> {
  const packed = new Set(arenas.flatMap(({ members }) => members.map(({ node }) => node)));
  const made = results.filter(
    ({ tensor, inPlace }) => !inPlace && tensor.node.op !== undefined && !packed.has(tensor.node),
  );
  const large = made.filter(({ tensor }) => tensor.node.outputs.length === 1 && bytesOf(tensor) >= directBytes);
  return new Set(large.map(({ tensor }) => tensor.node));
}

/** One use of a value: by a step, or by all steps of a loop where it holds from step to step of it. */
interface Use {
  readonly at: number;
  /** The loops in which the value is made anew at each step, if no other use lies further outside. */
  readonly loops: readonly PlanLoop[];
}

interface Used extends Lifetime {
  readonly uses: Use[];
  readonly bound: Map<number, boolean>;
}

/** From first write to last read; results live past the last step. Leaves and direct outputs have buffers of their own. */
function lifetimesOf(
  steps: readonly PlannedStep[],
  results: readonly PlanResult[],
  direct: ReadonlySet<Node>,
  arenaOf: ReadonlyMap<string, BufferRef>,
  keyOf: KeyOf,
): Lifetime[] {
  const found = new Map<string, Used>();
  const allocationOf = (ref: BufferRef): BufferRef => arenaOf.get(keyOf(ref)) ?? ref;
  steps.forEach((step, at) => {
    for (const { ref, access } of step.buffers) {
      for (const { base, loops } of basesOf(ref)) {
        if (isLeafRef(base) || (base.kind === "value" && direct.has(base.tensor.node))) continue;
        const allocation = allocationOf(base);
        const key = keyOf(allocation);
        const bytes = bytesOf(refType(allocation));
        const used: Used = found.get(key) ?? { key, bytes, from: at, to: at, bound: new Map(), uses: [] };
        const outermost = Math.min(step.loops.length, ...loops.map((loop) => step.loops.indexOf(loop)));
        used.uses.push({ at, loops: step.loops.slice(0, outermost) });
        used.bound.set(at, access !== "read" || used.bound.get(at) === true);
        found.set(key, used);
      }
    }
  });
  const extents = extentsOf(steps);
  const lifetimes = new Map([...found].map(([key, used]) => [key, lifetimeOf(used, steps, extents)]));
  for (const { tensor } of results) {
    const key = keyOf(allocationOf(valueRef(tensor)));
    const lifetime = lifetimes.get(key);
    if (lifetime !== undefined) lifetimes.set(key, { ...lifetime, to: steps.length });
  }
  return [...lifetimes.values()];
}

/** A value belongs to the loops that all of its uses share; where a step lies deeper, it lives as long as that inner loop runs. */
function lifetimeOf(
  { key, bytes, bound, uses }: Used,
  steps: readonly PlannedStep[],
  extents: ReadonlyMap<PlanLoop, readonly [number, number]>,
): Lifetime {
  const [first] = uses;
  const depth = uses.reduce((least, { loops }) => {
    const apart = loops.findIndex((loop, i) => loop !== first!.loops[i]);
    return Math.min(least, apart < 0 ? loops.length : apart);
  }, first!.loops.length);
  const spans = uses.map(({ at }) => {
    const inner = steps[at]!.loops[depth];
    return inner === undefined ? ([at, at] as const) : extents.get(inner)!;
  });
  return {
    key,
    bytes,
    bound,
    from: Math.min(...spans.map(([from]) => from)),
    to: Math.max(...spans.map(([, to]) => to)),
  };
}

/** The first and the last step in each loop. */
function extentsOf(steps: readonly PlannedStep[]): Map<PlanLoop, readonly [number, number]> {
  const extents = new Map<PlanLoop, readonly [number, number]>();
  steps.forEach(({ loops }, at) => {
    for (const loop of loops) extents.set(loop, [extents.get(loop)?.[0] ?? at, at]);
  });
  return extents;
}
