import type { AnyTensor, Node, TensorType } from "../../tensor/tensor.ts";
import type { Step } from "../codegen/step.ts";
import type { Arena, BufferRef, KeyOf } from "../graph/buffer-ref.ts";
import { bufferKeys, bytesOf, isLeafRef, refType, valueRef } from "../graph/buffer-ref.ts";
import { arenaOfMember, arenasOf } from "./arenas.ts";
import type { Lifetime, MemoryPlan } from "./memory-plan.ts";
import { planMemory } from "./memory-plan.ts";

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

export function placeValues(steps: readonly Step[], results: readonly PlanResult[]): Placement {
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

/** From first write to last read; results live past the last step. Leaves and direct outputs have buffers of their own. */
function lifetimesOf(
  steps: readonly Step[],
  results: readonly PlanResult[],
  direct: ReadonlySet<Node>,
  arenaOf: ReadonlyMap<string, BufferRef>,
  keyOf: KeyOf,
): Lifetime[] {
  const lifetimes = new Map<string, Lifetime & { to: number; readonly bound: Map<number, boolean> }>();
  const allocationOf = (ref: BufferRef): BufferRef => arenaOf.get(keyOf(ref)) ?? ref;
  steps.forEach((step, at) => {
    for (const { ref, access } of step.buffers) {
      if (isLeafRef(ref) || (ref.kind === "value" && direct.has(ref.tensor.node))) continue;
      const allocation = allocationOf(ref);
      const key = keyOf(allocation);
      const lifetime = lifetimes.get(key) ?? {
        key,
        bytes: bytesOf(refType(allocation)),
        from: at,
        to: at,
        bound: new Map(),
      };
      lifetime.to = at;
      lifetime.bound.set(at, access !== "read" || lifetime.bound.get(at) === true);
      lifetimes.set(key, lifetime);
    }
  });
  for (const { tensor } of results) {
    const lifetime = lifetimes.get(keyOf(allocationOf(valueRef(tensor))));
    if (lifetime !== undefined) lifetime.to = steps.length;
  }
  return [...lifetimes.values()];
}
