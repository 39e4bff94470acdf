import type { Program } from "../tensor/device.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { tensor } from "../tensor/tensor.ts";
import type { PrepareContext } from "./attack.ts";
import { AttackError } from "./attack-error.ts";
import { randomOrder } from "./random-order.ts";

/** A training of an attack's own: a step, compiled once and repeated. */
export interface AttackTraining<T, I> {
  /** What trains, for progress and errors. */
  readonly stage: string;
  readonly steps: number;
  /** A program, or tensors that the training may consume. */
  readonly state: T;
  /** What changes from step to step. */
  inputs(step: number): I;
  /** A pure function. `loss`: f32 scalar. */
  step(state: T, inputs: I): { readonly state: T; readonly loss: AnyTensor };
}

/**
 * Repeats a step.
 *
 * @returns the last state.
 * @throws AttackError if the loss is not finite at the end.
 */
export async function trainAttack<T extends object, I extends object>(
  { device, onProgress }: PrepareContext,
  { stage, steps, state, inputs, step }: AttackTraining<T, I>,
): Promise<T> {
  const program: Program<[T, I], { state: T; loss: AnyTensor }> = device.compile(
    (now: T, given: I) => step(now, given),
    { donate: [0] },
  );
  let now: T = await device.evaluate(state);
  for (let i = 0; i < steps; i++) {
    const { state: next, loss } = await program(now, inputs(i));
    now = next;
    await onProgress?.({ stage, step: i + 1, steps, loss: () => loss.item() });
    if (i + 1 === steps && !Number.isFinite(await loss.item())) {
      throw new AttackError(`${stage}: the loss is ${await loss.item()} after ${steps} steps`, [
        "lower its learning rate",
      ]);
    }
    device.free(loss);
  }
  return now;
}

/**
 * Batches of a set: in each pass another seeded order; a rest that fills no batch is left out.
 *
 * @param key - two u32 words; pass p draws with the second one plus p.
 * @returns the indices of batch number `step`, `i32 (batch)`.
 */
export function batchesOf(
  [first, second]: readonly [number, number],
  { count, batch }: { readonly count: number; readonly batch: number },
): (step: number) => AnyTensor {
  const size = Math.min(batch, count);
  const perPass = Math.floor(count / size);
  let pass = -1;
  let order: Int32Array = new Int32Array();
  return (step) => {
    const wanted = Math.floor(step / perPass);
    if (wanted !== pass) [pass, order] = [wanted, randomOrder([first, (second + wanted) >>> 0], count)];
    const from = (step % perPass) * size;
    return tensor(order.slice(from, from + size));
  };
}
