import { setImmediate as turn } from "node:timers/promises";
import { evaluateReference } from "../src/tensor/reference.ts";
import type { AnyTensor } from "../src/tensor/tensor.ts";
import { hostLeaf } from "../src/tensor/tensor.ts";
import type { Check, Input, Outputs, Work } from "./work.ts";

/** Values of a tensor by the float64 reference. */
export async function exactly(value: AnyTensor): Promise<ArrayLike<number>> {
  return (await evaluateReference(value, { precision: "f64" }).data()) as ArrayLike<number>;
}

export const leafOf = (input: Input): AnyTensor => hostLeaf(input, input.values());

export function leavesOf(inputs: Work["inputs"]): Outputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, leafOf(input)]));
}

/** A work's state before its first call, in the f32 that every contestant starts from. */
export function initialState(work: Pick<Work, "initial">): object {
  return evaluateReference(work.initial(), { precision: "f32" });
}

/** Checks of the loss over the first `calls` calls of a training step, each from the state that the float64 one left. */
export async function lossChecks(
  work: Pick<Work, "initial" | "inputs" | "run">,
  calls: number,
  tolerance: number,
): Promise<Check[][]> {
  const inputs = leavesOf(work.inputs);
  let state = initialState(work);
  const checks: Check[][] = [];
  for (let call = 0; call < calls; call++) {
    await turn(); // a step takes seconds, and the user may want to stop
    const next = work.run(state, inputs);
    const last = call + 1 === calls; // whose loss needs no gradient
    const done = evaluateReference({ ...next, state: last ? {} : next.state }, { precision: "f64" });
    const values = (await done.outputs["loss"]!.data()) as ArrayLike<number>;
    checks.push([{ output: "loss", indices: [0], values, tolerance }]);
    state = done.state;
  }
  return checks;
}
