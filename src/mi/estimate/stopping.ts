import { intervalOf } from "./interval.ts";

/**
 * Whether the training objective has stopped rising: the mean over the last `patience` steps is not above the best mean of earlier
 * stretches of that length by more than its standard error. Looks at nothing that the estimate is made from.
 */
export function hasSettled(history: readonly number[], patience: number): boolean {
  const stretches = Math.floor(history.length / patience);
  if (stretches < 2) return false;
  const means = Array.from({ length: stretches }, (_, i) =>
    intervalOf(
      history.slice(history.length - (stretches - i) * patience, history.length - (stretches - i - 1) * patience),
    ),
  );
  const last = means[stretches - 1]!;
  return last.mean <= Math.max(...means.slice(0, -1).map(({ mean }) => mean)) + last.error;
}
