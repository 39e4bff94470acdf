import { augmentBatch } from "../data/augment.ts";
import { augmentation } from "../data/augment-kind.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Network } from "../nn/network.ts";
import { learningRate } from "../nn/schedule.ts";
import type { Device, Program } from "../tensor/device.ts";
import { add } from "../tensor/ops/elementwise.ts";
import { gather } from "../tensor/ops/gather.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import { split } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf, tensor } from "../tensor/tensor.ts";
import type { Pass, Phase } from "./defences/cbd.ts";
import type { DeviceData } from "./device-data.ts";
import type { DeviceTestSet } from "./evaluation.ts";
import { evaluate } from "./evaluation.ts";
import type { Start } from "./initial-network.ts";
import { initialTraining } from "./initial-network.ts";
import type { EpochReport, PhaseName, TrainingState } from "./lab-state.ts";
import type { Predictor } from "./predict.ts";
import { randomOrder } from "./random-order.ts";
import { runKey, runWords } from "./run-key.ts";

/** Where a run is between two steps. */
export interface Progress {
  readonly phase: PhaseName;
  /** Epochs done before this one, and of how many. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch over all passes, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** Images seen since the run began or was resumed, counted once a pass. */
  readonly images: number;
  /** Mean loss of this epoch so far. Waits for the device; valid until the callback's promise resolves. */
  loss(): Promise<number>;
}

/** What a run tells and asks. */
export interface RunCallbacks<P, S> {
  /** After every step. The run waits for it. */
  readonly onProgress?: (progress: Progress) => void | Promise<void>;
  /** After every epoch, with the state to go on from: the place to save it. The run waits for it. */
  readonly onEpoch?: (report: EpochReport, state: TrainingState<P, S>) => void | Promise<void>;
  /** Asked before every step; true ends the run with the state as it is. */
  readonly shouldStop?: () => boolean;
}

/** Everything that a run needs and that does not change. */
export interface Run<P, S> extends RunCallbacks<P, S> {
  readonly device: Device;
  readonly phases: readonly Phase<P, S>[];
  readonly batch: number;
  readonly dataset: Dataset;
  readonly data: DeviceData;
  readonly test: DeviceTestSet | null;
  readonly predictor: Predictor<P, S>;
  readonly seed: number;
  /** What a phase starts from. */
  start(phase: PhaseName): Start<P, S>;
}

type Carry<P, S> = Pick<TrainingState<P, S>, "training" | "totals">;
type StepProgram<P, S> = Program<
  [Carry<P, S>, Network<P, S> | null, DeviceData, AnyTensor, AnyTensor, Operand, Operand],
  Carry<P, S>
>;

/** The state before the first step. */
export async function beginRun<P extends object, S>(run: Run<P, S>): Promise<TrainingState<P, S>> {
  const [phase] = run.phases as [Phase<P, S>];
  const training = await initialTraining(run.start(phase.name), phase);
  const begun = { phase: phase.name, epoch: 0, pass: 0, step: 0, training, totals: {}, backdoored: null, history: [] };
  return leavePhase(run, begun);
}

/** Trains from `state` until all phases are done or the run is stopped. */
export async function continueRun<P extends object, S>(
  run: Run<P, S>,
  from: TrainingState<P, S>,
): Promise<{ state: TrainingState<P, S>; stopped: boolean }> {
  let state = from;
  const count = { images: 0 };
  const programs = new Map<Pass<P, S>, StepProgram<P, S>>();
  while (state.phase !== "done") {
    const phase = run.phases.find(({ name }) => name === state.phase)!;
    const pass = phase.passes[state.pass]!;
    const program = programs.get(pass) ?? compilePass(run, phase, pass);
    programs.set(pass, program);
    const passed = await runPass(run, phase, program, state, count);
    state = passed.state;
    if (passed.stopped) return { state, stopped: true };
    const last = state.pass + 1 === phase.passes.length;
    const report = last ? await reportEpoch(run, phase, state) : undefined;
    run.device.free(state.totals);
    if (report === undefined) {
      state = { ...state, pass: state.pass + 1, step: 0, totals: {} };
      continue;
    }
    const next = {
      ...state,
      epoch: state.epoch + 1,
      pass: 0,
      step: 0,
      totals: {},
      history: [...state.history, report],
    };
    state = await leavePhase(run, next);
    await run.onEpoch?.(report, state);
  }
  return { state, stopped: false };
}

function compilePass<P extends object, S>(run: Run<P, S>, phase: Phase<P, S>, pass: Pass<P, S>): StepProgram<P, S> {
  const augment = augmentation(phase.augment, run.dataset.width);
  return run.device.compile(
    ({ training, totals }, backdoored, data, indices, key, lr, criticLr) => {
      const [draw, step] = split(key, 2) as [AnyTensor, AnyTensor];
      const batch = {
        images: augmentBatch(data.images, indices, draw, augment),
        labels: gather(data.labels, indices),
      };
      const { state, metrics } = pass.run(training, batch, { backdoored, key: step, lr, criticLr });
      const sums = pass.metrics.map((name) => [name, add(totals[name]!, metrics[name]!)] as const);
      return { training: state, totals: Object.fromEntries(sums) };
    },
    { donate: [0] },
  );
}

/** The steps that are left of a pass. */
async function runPass<P extends object, S>(
  run: Run<P, S>,
  phase: Phase<P, S>,
  program: StepProgram<P, S>,
  from: TrainingState<P, S>,
  count: { images: number },
): Promise<{ state: TrainingState<P, S>; stopped: boolean }> {
  const { epoch, pass, backdoored } = from;
  const path = [phase.name === "backdoor" ? 0 : 1, epoch, pass];
  const order = randomOrder(runWords(run.seed, "order", path), run.dataset.count);
  const steps = stepsOfEpoch(phase, epoch);
  const lr = learningRate(phase.schedule, epoch);
  const criticLr = learningRate(phase.criticSchedule, epoch);
  let { step } = from;
  let carry: Carry<P, S> = {
    training: from.training,
    totals: step > 0 ? from.totals : zeroTotals(phase.passes[pass]!.metrics),
  };
  for (; step < steps; step++) {
    if (run.shouldStop?.() === true) return { state: { ...from, ...carry, step }, stopped: true };
    const indices = order.slice(step * run.batch, (step + 1) * run.batch);
    const key = runKey(run.seed, "step", [...path, step]);
    carry = await program(carry, backdoored, run.data, tensor(indices), key, lr, criticLr);
    count.images += indices.length;
    const { totals } = carry;
    await run.onProgress?.({
      phase: phase.name,
      epoch,
      epochs: Math.ceil(phase.steps / phase.stepsPerEpoch),
      step: pass * steps + step + 1,
      steps: phase.passes.length * steps,
      images: count.images,
      loss: async () => (totals["loss"] === undefined ? Number.NaN : (await totals["loss"].item()) / (step + 1)),
    });
  }
  return { state: { ...from, ...carry, step }, stopped: false };
}

function zeroTotals(names: readonly string[]): Record<string, AnyTensor> {
  return Object.fromEntries(names.map((name) => [name, hostLeaf({ shape: [], dtype: "f32" }, Float32Array.of(0))]));
}

/** All of an epoch, or what a limit in steps leaves of it. */
function stepsOfEpoch<P, S>({ steps, stepsPerEpoch }: Phase<P, S>, epoch: number): number {
  return Math.min(stepsPerEpoch, steps - epoch * stepsPerEpoch);
}

async function reportEpoch<P, S>(
  run: Run<P, S>,
  phase: Phase<P, S>,
  { epoch, step, totals, training }: TrainingState<P, S>,
): Promise<EpochReport> {
  const means: Record<string, number> = {};
  for (const [name, total] of Object.entries(totals)) means[name] = (await total.item()) / step;
  const evaluation = run.test === null ? null : await evaluate(run.predictor, training, run.test);
  return { phase: phase.name, epoch: epoch + 1, lr: learningRate(phase.schedule, epoch), means, evaluation };
}

/** Goes on to the next phase, as often as the present one has no steps left. */
async function leavePhase<P extends object, S>(
  run: Run<P, S>,
  state: TrainingState<P, S>,
): Promise<TrainingState<P, S>> {
  const at = run.phases.findIndex(({ name }) => name === state.phase);
  const phase = run.phases[at];
  if (phase === undefined || state.epoch * phase.stepsPerEpoch < phase.steps) return state;
  const next = run.phases[at + 1];
  if (next === undefined) return { ...state, phase: "done" };
  const { params, stats, optimizer } = state.training;
  run.device.free(optimizer);
  const training = await initialTraining(run.start(next.name), next);
  return leavePhase(run, { ...state, phase: next.name, epoch: 0, training, backdoored: { params, stats } });
}
