import type { Device } from "../tensor/device.ts";
import type { AttackStage, PrepareContext } from "./attack.ts";
import { AttackError } from "./attack-error.ts";
import type { AttackState } from "./attack-state.ts";
import { checkSaved, savedMisfit } from "./check-saved.ts";
import { TrainingStopped } from "./phase-context.ts";

/** What the training of an attack tells and asks. */
export interface AttackCallbacks {
  /** After every step. The training waits for it. */
  readonly onProgress?: ((progress: PrepareProgress) => void | Promise<void>) | undefined;
  /** After every 100 steps, at the end of a stage, and before a stop: the place to save the state. The training waits for it. */
  readonly onState?: ((state: AttackState) => void | Promise<void>) | undefined;
  /** Asked before every step; true ends the training with the state as it is. */
  readonly shouldStop?: (() => boolean) | undefined;
}

/** How far the training of an attack is. */
export interface PrepareProgress {
  /** What trains: `surrogate`. */
  readonly stage: string;
  /** Steps done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Waits for the step; NaN after a step that has no loss. */
  loss(): Promise<number>;
}

/** The stages of an attack's training. */
export interface AttackStages {
  readonly train: PrepareContext["train"];
  state(): AttackState;
}

const saveEvery = 100; // steps

/**
 * Opens the training of an attack.
 *
 * @param resume - where an earlier training of the same attack stood; its tensors are consumed.
 */
export function openStages(
  device: Device,
  resume: AttackState | undefined,
  { onProgress, onState, shouldStop }: AttackCallbacks,
): AttackStages {
  let state: AttackState = resume ?? { finished: {}, running: null };
  const keep = async (next: AttackState): Promise<void> => {
    state = next;
    await onState?.(state);
  };
  return {
    state: () => state,
    async train<T>({
      stage,
      steps,
      state: initial,
      place = (tree) => device.evaluate(tree),
      advance,
    }: AttackStage<T>): Promise<T> {
      const { finished } = state;
      const done = Object.hasOwn(finished, stage);
      const from = state.running?.stage === stage ? state.running : null;
      const saved = done ? finished[stage] : from?.training;
      if (saved !== undefined) checkSaved(initial, saved, `stage ${stage}`);
      const first = from?.step ?? 0;
      if (first > steps) throw savedMisfit(`stage ${stage}`, `, step ${first}`);
      let now: T = await place((saved ?? initial) as T);
      state = done ? { ...state, finished: { ...finished, [stage]: now } } : state;
      for (let step = first; step < steps && !done; step++) {
        const stop = shouldStop?.() === true;
        if (stop || (step > first && step % saveEvery === 0)) {
          await keep({ finished, running: { stage, step, training: now } });
        }
        if (stop) throw new TrainingStopped();
        const { state: next, loss } = await advance(now, step);
        now = next;
        await onProgress?.({ stage, step: step + 1, steps, loss: async () => (await loss?.item()) ?? Number.NaN });
        if (step + 1 === steps && loss !== null) checkFinite(stage, steps, await loss.item());
        device.free(loss);
      }
      if (!done) await keep({ finished: { ...finished, [stage]: now }, running: null });
      return now;
    },
  };
}

function checkFinite(stage: string, steps: number, loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new AttackError(`${stage}: the loss is ${loss} after ${steps} steps`, ["lower its learning rate"]);
}
