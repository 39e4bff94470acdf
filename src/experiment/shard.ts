import { ConfigError } from "../tensor/errors.ts";

/** One of some processes that share the cells of a grid. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** @param text - `I/N`, 1 ≤ I ≤ N. @throws ConfigError */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index < 1 || index > count) {
    throw new ConfigError(`--shard ${JSON.stringify(text)} is not I/N with 1 ≤ I ≤ N`, [
      "--shard 2/3 is the second of three",
    ]);
  }
  return { index, count };
}

/** Every N-th item from the I-th on: all shards together have each once. */
export function shardOf<T>(items: readonly T[], { index, count }: Shard): readonly T[] {
  return items.filter((_, i) => i % count === index - 1);
}
