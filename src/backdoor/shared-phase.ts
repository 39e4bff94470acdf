import type { Phase, PhaseEnd } from "./lab.ts";
import type { RunningPhase } from "./lab-state.ts";
import type { PhaseContext } from "./phase-context.ts";
import { TrainingStopped } from "./phase-context.ts";
import { phaseKey } from "./phase-key.ts";
import type { PhaseStore, SharedPhase } from "./phase-store.ts";
import { checkState, runPhase } from "./run-phase.ts";

/** How a lab shares a phase. */
export interface Sharing<T> {
  readonly store: PhaseStore | undefined;
  /** Takes a phase over as if this run had trained it. */
  adopt(found: SharedPhase): Promise<PhaseEnd<T>>;
  /** What the phase came to besides its state, once this run has trained it. */
  told(): Pick<SharedPhase, "history" | "cost">;
}

/** Trains a phase, or takes it from another run that trained the same. @throws TrainingStopped, also if another run is at it. */
export async function runOrTake<P, S, T>(
  context: PhaseContext<P, S>,
  phase: Phase<P, S, T>,
  from: RunningPhase | null,
  { store, adopt, told }: Sharing<T>,
): Promise<PhaseEnd<T>> {
  const key = store === undefined ? null : phaseKey(context, phase);
  if (store === undefined || key === null) return runPhase(context, phase, from);
  let own: PhaseEnd<T> | undefined;
  const found = await store.share(key, async () => {
    own = await runPhase(context, phase, from);
    return { training: own.state, seen: own.seen, ...told() };
  });
  if (own !== undefined) return own;
  if (found === null) throw new TrainingStopped();
  checkState(context, phase, found.training);
  return adopt(found);
}
