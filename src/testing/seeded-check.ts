import type { Site } from "../tensor/site.ts";

/** Who compares along random directions, for errors. */
export interface SeededCheck {
  /** What a message begins with. */
  readonly name: string;
  readonly site: Site;
  /** Of the random directions. */
  readonly seed: number;
}
