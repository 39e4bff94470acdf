import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import { isPackedUpdate, updatedLeaf } from "../codegen/packed-update.ts";
import type { Arena, BufferRef, KeyOf } from "../graph/buffer-ref.ts";
import { basesOf, valueRef } from "../graph/buffer-ref.ts";
import type { PlannedStep } from "./planned-step.ts";

/** All arenas that steps bind. */
export function arenasOf(steps: readonly PlannedStep[]): Arena[] {
  return steps.flatMap(({ buffers }) => buffers.flatMap(({ ref }) => (ref.kind === "arena" ? [ref.arena] : [])));
}

/** The arena of the plan in which a value lies, by the value's key. Values without an entry have memory of their own. */
export function arenaOfMember(arenas: readonly Arena[], keyOf: KeyOf): Map<string, BufferRef> {
  return new Map(
    arenas
      .filter(({ ofCaller }) => !ofCaller)
      .flatMap((arena) => {
        const whole: BufferRef = { kind: "arena", type: { shape: [arena.bytes / 4], dtype: "f32" }, arena };
        return arena.members.map((member) => [keyOf(valueRef(member)), whole] as const);
      }),
  );
}

/** Every packed update with the leaves that it writes over. */
export function packedLeaves(order: readonly Node[]): { readonly update: Node; readonly over: AnyTensor }[] {
  return order
    .filter(isPackedUpdate)
    .flatMap((update) => update.outputs.map((_, index) => ({ update, over: updatedLeaf(outputOf(update, index))! })));
}

/**
 * Leaves whose updates cannot be packed with the others, since a dispatch makes the operand of one and reads the operand of
 * another: WebGPU refuses a dispatch that writes and reads one buffer, whatever the ranges.
 */
export function clashingLeaves(steps: readonly PlannedStep[], keyOf: KeyOf): AnyTensor[] {
  return steps.flatMap((update) => {
    const arenas = arenasOf([update]);
    const leaves = arenas.find(({ ofCaller }) => ofCaller)?.members;
    return arenas
      .filter(({ ofCaller }) => !ofCaller)
      .flatMap(({ members }) => {
        const numbers = new Map(members.map((member, i) => [keyOf(valueRef(member)), i]));
        return steps.flatMap(({ buffers }) => {
          const own = (written: boolean): number[] =>
            buffers
              .filter(({ access }) => (access === "read") !== written)
              .flatMap(({ ref }) => basesOf(ref).flatMap(({ base }) => numbers.get(keyOf(base)) ?? []));
          return own(false).length > 0 ? own(true).map((i) => leaves![i]!) : [];
        });
      });
  });
}
