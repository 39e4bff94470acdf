import { ConfigError } from "../tensor/errors.ts";

/**
 * Divides items into parts of about equal cost. Neighbours stay together, since they have most in common. No part costs more than its
 * equal share and one item; parts that would be empty are left out.
 *
 * @param costOf - above 0.
 * @param count - of parts, from 1.
 * @throws ConfigError for another count.
 */
export function balanced<T>(
  items: readonly T[],
  costOf: (item: T) => number,
  count: number,
): readonly (readonly T[])[] {
  if (!Number.isInteger(count) || count < 1)
    throw new ConfigError(`balanced: ${count} is no number of parts from 1 on`);
  const total = items.reduce((sum, item) => sum + costOf(item), 0);
  const parts: T[][] = Array.from({ length: count }, () => []);
  let before = 0;
  for (const item of items) {
    const cost = costOf(item);
    const at = Math.floor((count * (before + cost / 2)) / total); // by its middle
    parts[Math.min(count - 1, at)]!.push(item);
    before += cost;
  }
  return parts.filter((part) => part.length > 0);
}
