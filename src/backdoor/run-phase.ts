import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { flattenTree, unflattenTree } from "../tensor/tree.ts";
import { checkSaved, savedMisfit } from "./check-saved.ts";
import type { Phase, PhaseEnd, Step } from "./lab.ts";
import type { EpochReport, RunningPhase } from "./lab-state.ts";
import type { PhaseContext } from "./phase-context.ts";
import { noCost } from "./phase-cost.ts";
import { runKey } from "./run-key.ts";
import type { StepProgram } from "./run-pass.ts";
import { compileStep, ratesAt, runPass, stepCount, sumOf } from "./run-pass.ts";

/** Trains a phase from its start, or from where it was interrupted. @throws TrainingStopped */
export async function runPhase<P, S, T>(
  context: PhaseContext<P, S>,
  phase: Phase<P, S, T>,
  from: RunningPhase | null,
): Promise<PhaseEnd<T>> {
  const { device } = context;
  if (from !== null) checkState(context, phase, from.training);
  if (from !== null && from.pass >= phase.passes.length)
    throw savedMisfit(`phase ${phase.name}`, `, pass ${from.pass}`);
  const initial = from === null ? await initialState(context, phase) : from;
  let running: RunningPhase = initial;
  const whole = phase.passes.map((_, pass) => stepCount(context, phase, pass));
  const { length } = phase;
  const epochs = "steps" in length ? Math.ceil(length.steps / whole[0]!) : length.epochs;
  const programs = new Map<Step<T>, StepProgram<T>>();
  while (running.epoch < epochs) {
    const pass = phase.passes[running.pass]!;
    const program = programs.get(pass) ?? compileStep(context, phase, pass);
    programs.set(pass, program);
    const { epoch } = running;
    const epochSteps = "steps" in length ? whole.map((steps) => Math.min(steps, length.steps - epoch * steps)) : whole;
    running = await runPass(context, phase, { program, pass, epochSteps, wholeEpoch: sumOf(whole), epochs }, running);
    if (running.pass + 1 < phase.passes.length) {
      device.free(running.totals);
      running = { ...running, pass: running.pass + 1, step: 0, totals: {} };
      continue;
    }
    const over = epoch + 1 >= epochs;
    const report = await reportEpoch(context, phase, running, over);
    device.free(running.totals);
    running = { ...running, epoch: running.epoch + 1, pass: 0, step: 0, totals: {} };
    await context.keep(running, report, over);
  }
  if (running === initial) await context.keep(running, undefined, true); // no step was left
  return { state: running.training as T, seen: running.seen };
}

/** The state before the first step, as a program. */
export function begin<P, S, T>({ seed }: Pick<PhaseContext<P, S>, "seed">, phase: Phase<P, S, T>): T {
  return phase.init((n) => runKey(seed, "initial", [phase.stream, n]));
}

/** @throws DataError if a saved state is not one of this phase: of another model, or damaged. */
export function checkState<P, S, T>(context: PhaseContext<P, S>, phase: Phase<P, S, T>, found: unknown): void {
  checkSaved(begin(context, phase), found, `phase ${phase.name}`);
}

async function initialState<P, S, T>(context: PhaseContext<P, S>, phase: Phase<P, S, T>): Promise<RunningPhase> {
  const training = await context.device.evaluate(await ownLeaves(begin(context, phase)));
  return {
    name: phase.name,
    epoch: 0,
    pass: 0,
    step: 0,
    training,
    totals: {},
    seen: [],
    cost: noCost,
  };
}

/** A tree with copies of its leaves: a phase's state is consumed by its steps, what it started from is not. */
async function ownLeaves<T>(tree: T): Promise<T> {
  const leaves: AnyTensor[] = [];
  for (const leaf of flattenTree(tree)) {
    leaves.push(leaf.node.op === undefined ? hostLeaf(leaf, (await leaf.data()).slice()) : leaf);
  }
  return unflattenTree(tree, leaves) as T;
}

async function reportEpoch<P, S, T>(
  context: PhaseContext<P, S>,
  phase: Phase<P, S, T>,
  { epoch, step, totals, training }: RunningPhase,
  last: boolean,
): Promise<EpochReport> {
  const means: Record<string, number> = {};
  for (const name of Object.keys(totals).sort()) means[name] = (await totals[name]!.item()) / step;
  const due = last || (epoch + 1) % (phase.evaluateEvery ?? 1) === 0;
  const evaluation = await context.evaluate(due ? phase.network?.(training as T) : undefined);
  const title = phase.title ?? "";
  return { phase: phase.name, title, epoch: epoch + 1, rates: ratesAt(phase, epoch), means, evaluation };
}
