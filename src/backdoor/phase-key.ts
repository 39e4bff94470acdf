import { programParts } from "../tensor/program-parts.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { isTensor } from "../tensor/tensor.ts";
import { leavesOf } from "../tensor/tree.ts";
import type { Phase } from "./lab.ts";
import type { PhaseContext } from "./phase-context.ts";
import type { PhaseKey } from "./phase-store.ts";
import { stepProgram } from "./run-pass.ts";
import { begin } from "./run-phase.ts";

/**
 * What decides a phase besides images, test set, model, seed and device: its initial state and its steps as programs, how long it is,
 * its rates, samples, labels and weights. Its name is not among them, so defences that train the same under other names share it; but
 * what looks see is only known by the name.
 *
 * @returns null for a phase that starts from, or reads, what is on the device, such as another network, and for one on clean images,
 * which a store knows nothing of.
 */
export function phaseKey<P, S, T>(
  context: Pick<PhaseContext<P, S>, "seed" | "flip" | "batch" | "data">,
  phase: Phase<P, S, T>,
): PhaseKey | null {
  if (phase.images === "clean") return null;
  const {
    name,
    samples,
    labels,
    weights,
    length,
    evaluateEvery = 1,
    augment,
    rates,
    stream,
    passes,
    network,
    at,
  } = phase;
  const state = begin(context, phase);
  const trees = [state, ...passes.map((pass) => stepProgram(context, phase, pass, state))];
  const leaves = leavesOf(trees).filter((leaf): leaf is { path: string; value: AnyTensor } => isTensor(leaf.value));
  const programs = programParts(leaves.map(({ value }) => value));
  if (programs === null) return null;
  const { seed, flip, batch } = context;
  const looks = at === undefined ? null : { name, steps: at.steps };
  const evaluated = network === undefined ? 0 : evaluateEvery;
  const settings = { seed, flip, batch, length, augment, rates, stream, passes: passes.length, looks, evaluated };
  const own = Object.entries({ ...partsOf(samples), labels, weights }).flatMap(([which, values]) =>
    values === undefined ? [] : [which, values],
  );
  return [JSON.stringify(settings), ...leaves.map(({ path }) => path), ...programs, ...own];
}

type Samples = Int32Array | undefined;

/** A phase's samples by what they are called in a key: those of a pass by its number. */
function partsOf(samples: Samples | readonly Int32Array[]): Readonly<Record<string, Samples>> {
  return samples === undefined || samples instanceof Int32Array ? { samples } : Object.fromEntries(samples.entries());
}
