import type { Program } from "../tensor/device.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { PrepareContext } from "./attack.ts";
import { randomOrder } from "./random-order.ts";

/** A training of an attack's own: a step, compiled once and repeated. */
export interface AttackTraining<T, I> {
  /** What trains, for progress and errors. */
  readonly stage: string;
  readonly steps: number;
  /** The state before the first step, as a program. */
  readonly state: T;
  /** What changes from step to step. */
  inputs(step: number): I;
  /** A pure function. `loss`: f32 scalar. */
  step(state: T, inputs: I): { readonly state: T; readonly loss: AnyTensor };
}

/** Repeats a step, as a stage of the attack's training. @returns the last state. */
export function trainAttack<T extends object, I extends object>(
  { device, train }: PrepareContext,
  { stage, steps, state, inputs, step }: AttackTraining<T, I>,
): Promise<T> {
  const program: Program<[T, I], { state: T; loss: AnyTensor }> = device.compile(
    (now: T, given: I) => step(now, given),
    { donate: [0] },
  );
  return train({ stage, steps, state, advance: (now, at) => program(now, inputs(at)) });
}

/**
 * Batches of a set: in each pass another seeded order; a rest that fills no batch is left out.
 *
 * @param key - two u32 words; pass p draws with the second one plus p.
 * @returns the indices of batch number `step`, in any order of the calls.
 */
export function batchesOf(
  [first, second]: readonly [number, number],
  { count, batch }: { readonly count: number; readonly batch: number },
): (step: number) => Int32Array {
  const size = Math.min(batch, count);
  const perPass = Math.floor(count / size);
  let pass = -1;
  let order: Int32Array = new Int32Array();
  return (step) => {
    const wanted = Math.floor(step / perPass);
    if (wanted !== pass) [pass, order] = [wanted, randomOrder([first, (second + wanted) >>> 0], count)];
    const from = (step % perPass) * size;
    return order.slice(from, from + size);
  };
}
