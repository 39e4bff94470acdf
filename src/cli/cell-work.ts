import type { Counted, SetSizes } from "../backdoor/count-defence.ts";
import { countDefence } from "../backdoor/count-defence.ts";
import { defences } from "../backdoor/defences/index.ts";
import { none } from "../backdoor/defences/none.ts";
import { forwardFlops } from "../backdoor/forward-flops.ts";
import { resolveTraining } from "../backdoor/training-options.ts";
import { parseModel } from "../nn/models/index.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Named, RunConfig } from "./run-config.ts";
import { byName } from "./run-config.ts";

/** Sizes of a cell's images. */
export interface CellSizes {
  readonly train: SetSizes;
  /** Images of the clean subset. */
  readonly clean: number;
  readonly test: number;
}

/** What a cell computes where its defence finds nothing, counted without training. */
export interface CellWork {
  /** Forward equivalents, and times those of plain training with the same settings. */
  readonly passes: number;
  readonly timesNone: number;
  /** Floating-point operations, evaluation on the test set included: what seconds are in proportion to. */
  readonly flops: number;
}

/**
 * Counts cells, those that differ in attack and seed once.
 *
 * @param count - counts one defence.
 * @returns null for a cell that a defence refuses, such as a model without what it prunes.
 */
export function workCounter(
  count: typeof countDefence = countDefence,
): (config: RunConfig, sizes: CellSizes) => Promise<CellWork | null> {
  const known = new Map<string, Promise<Counted | null>>();
  const counted = (config: RunConfig, sizes: CellSizes, defence: Named): Promise<Counted | null> => {
    const { train, clean } = sizes;
    const key = JSON.stringify([config.training, config.model, train, clean, defence]);
    const found = known.get(key) ?? nullIfRefused(countCell(config, sizes, defence, count));
    known.set(key, found);
    return found;
  };
  return async (config, sizes) => {
    const own = await counted(config, sizes, config.defences[0]!);
    const plain = await counted(config, { ...sizes, clean: 0 }, { name: none.name, options: {} });
    if (own === null || plain === null) return null;
    const forward = forwardFlops(parseModel(config.model).build(sizes.train), sizes.train);
    const tested = sizes.test * (1 + config.attacks.length); // clean, and with each trigger
    const evaluation = (own.evaluations * forward * tested) / sizes.train.count;
    return {
      passes: own.flops / forward,
      timesNone: own.flops / plain.flops,
      flops: own.flops + evaluation,
    };
  };
}

async function countCell(
  { training, model }: RunConfig,
  { train, clean }: CellSizes,
  { name, options }: Named,
  count: typeof countDefence,
): Promise<Counted> {
  return count(byName(defences, name), options, {
    classifier: parseModel(model).build(train),
    sizes: train,
    training: resolveTraining(training, train.count),
    clean,
  });
}

async function nullIfRefused<T>(counting: Promise<T>): Promise<T | null> {
  try {
    return await counting;
  } catch (error) {
    if (error instanceof ConfigError) return null; // the cell itself will say so
    throw error;
  }
}
