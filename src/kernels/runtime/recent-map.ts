/** A map that forgets what was asked for longest ago. */
interface RecentMap<V> {
  /** The value of a key; `make` gives it when it is new. */
  get(key: string, make: () => V): V;
}

/**
 * An empty map.
 *
 * @param most - bound on the sum of `sizeOf`.
 * @param sizeOf - the size of an entry.
 * @param forgotten - told of each value that goes.
 */
export function recentMap<V>(
  most: number,
  sizeOf: (key: string) => number,
  forgotten: (value: V) => void = () => undefined,
): RecentMap<V> {
  const entries = new Map<string, V>(); // asked for longest ago first
  let size = 0;
  return {
    get(key, make) {
      const known = entries.get(key);
      const value = known ?? make();
      if (known === undefined) size += sizeOf(key);
      entries.delete(key);
      entries.set(key, value);
      for (const [oldest, old] of entries) {
        if (size <= most || oldest === key) break;
        entries.delete(oldest);
        size -= sizeOf(oldest);
        forgotten(old);
      }
      return value;
    },
  };
}
