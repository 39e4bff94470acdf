import type { Schedule } from "../nn/schedule.ts";

/** A rate that falls along half a cosine from `lr` to 0 over so many epochs. No epoch counts as one: the rate is not asked for then. */
export function cosineRate({ lr, epochs }: { readonly lr: number; readonly epochs: number }): Schedule {
  return { kind: "cosine", lr, epochs: Math.max(1, epochs), floor: 0 };
}
