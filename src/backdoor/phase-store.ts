import type { EpochReport, FinishedPhase } from "./lab-state.ts";

/** What a phase came to, for other runs. */
export interface SharedPhase extends FinishedPhase {
  /** One per epoch; phase and title are those of the run that trained it. */
  readonly history: readonly EpochReport[];
}

/** All that decides a phase among the runs that use one store, as texts and bytes for a digest. */
export type PhaseKey = readonly (string | ArrayBufferView)[];

/**
 * Keeps what phases came to, so that runs which have a phase in common train it once. Such runs must have images, test set, model and
 * device in common; a key says all else. Only phases that start from nothing that a device holds have one.
 */
export interface PhaseStore {
  /**
   * What a phase of this key came to: as another run trained it, or as `train` does, which is kept for others.
   *
   * @returns null if another run is training it now: then this one stops, as for `shouldStop`.
   */
  share(key: PhaseKey, train: () => Promise<SharedPhase>): Promise<SharedPhase | null>;
}
