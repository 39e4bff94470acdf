import { rowAt } from "../../tensor/loop.ts";
import type { BoundRef, BufferRef, PlanLoop } from "../graph/buffer-ref.ts";
import { basesOf } from "../graph/buffer-ref.ts";
import type { Range } from "./range.ts";

/** A range of a plan, or the number of one of the call. */
export type Source = Range | number;

/** What one binding of a dispatch has at a step of the loops around it. */
export interface Binding {
  /** All that it may have. */
  readonly sources: readonly Source[];
  readonly moves: boolean;
  /** Which it has now. */
  readonly source: number;
  /** Bytes from the start of the source. */
  readonly offset: number;
  /** @param counters - the steps of the loops, the outermost first. */
  goTo(counters: readonly number[]): void;
}

export function bindingOf(
  ref: BoundRef,
  moves: boolean,
  loops: readonly PlanLoop[],
  sourceOf: (base: BufferRef) => Source,
): Binding {
  const sources = basesOf(ref).map(({ base }) => sourceOf(base));
  const binding = {
    ...{ sources, moves, source: 0, offset: 0 },
    goTo(counters: readonly number[]): void {
      binding.source = 0;
      binding.offset = 0;
      let at = ref;
      while (at.kind === "row" || at.kind === "carry") {
        const step = counters[loops.indexOf(at.loop)]!;
        if (at.kind === "row") {
          binding.offset += at.start + rowAt(at.loop, step, at.every) * at.stride;
          at = at.of;
          continue;
        }
        const made = at.next ? step : step - 1; // the step that makes it
        const turn = made < 0 ? undefined : (at.loop.length - 1 - made) % 2;
        if (turn !== undefined) binding.source += countBases(at.init) + (turn === 0 ? 0 : countBases(at.turns[0]));
        at = turn === undefined ? at.init : at.turns[turn]!;
      }
    },
  };
  return binding;
}

/** The length of {@link basesOf}, without the list: it is asked at each step of a loop. */
function countBases(ref: BoundRef): number {
  if (ref.kind === "row") return countBases(ref.of);
  if (ref.kind !== "carry") return 1;
  return countBases(ref.init) + countBases(ref.turns[0]) + countBases(ref.turns[1]);
}

/** The offsets of what moves, in the order of bindings. */
export function movedOffsets(bindings: readonly Binding[]): number[] {
  const offsets: number[] = [];
  for (const { moves, offset } of bindings) if (moves) offsets.push(offset);
  return offsets;
}

/** Tells apart where bindings lie, but for what moves. */
export function placesKey(bindings: readonly Binding[]): number | string {
  let key = 0;
  let still = "";
  for (const { sources, source, moves, offset } of bindings) {
    key = key * sources.length + source;
    if (!moves && offset > 0) still += `,${offset}`;
  }
  return still === "" ? key : `${key}${still}`;
}
