/** A stage of an attack's training in its midst. */
export interface RunningStage {
  readonly stage: string;
  /** Steps that are done. */
  readonly step: number;
  /** What the stage has learned so far. */
  readonly training: unknown;
}

/**
 * Where the training of an attack stands: a tree of tensors, numbers and strings, whole enough that a training which goes on from it
 * ends bit for bit like one that never stopped. Its tensors belong to the training: those of the running stage are consumed by the
 * next step.
 */
export interface AttackState {
  /** What finished stages learned, by stage. */
  readonly finished: Readonly<Record<string, unknown>>;
  readonly running: RunningStage | null;
}
