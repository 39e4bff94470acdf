import { augmentBatch } from "../data/augment.ts";
import { augmentation } from "../data/augment-kind.ts";
import type { Batch } from "../nn/network.ts";
import { learningRate } from "../nn/schedule.ts";
import type { Program } from "../tensor/device.ts";
import { flopsOf } from "../tensor/flops.ts";
import { cast } from "../tensor/ops/cast.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add, isFinite } from "../tensor/ops/elementwise.ts";
import { gather } from "../tensor/ops/gather.ts";
import { key as keyOf, split } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf, tensor } from "../tensor/tensor.ts";
import { trace } from "../tensor/trace.ts";
import { flattenTree } from "../tensor/tree.ts";
import type { DeviceData } from "./device-data.ts";
import { dataOfBatch, isStreamed, placesOf } from "./device-data.ts";
import { DivergenceError } from "./divergence-error.ts";
import type { Phase, Step } from "./lab.ts";
import type { RunningPhase } from "./lab-state.ts";
import type { PhaseContext } from "./phase-context.ts";
import { TrainingStopped } from "./phase-context.ts";
import { randomOrder } from "./random-order.ts";
import { runKey, runWords } from "./run-key.ts";

type Carry<T> = {
  readonly training: T;
  readonly totals: Readonly<Record<string, AnyTensor>>;
  /** `i32 ()`: after how many steps of the pass the sum of the losses was finite. Once it is not, it never is again. */
  readonly finite: AnyTensor;
};
type StepArguments<T> = [Carry<T>, DeviceData, AnyTensor, AnyTensor, Readonly<Record<string, number>>];
/** A compiled step, with the batch made on the device, and sums of its metrics. */
export type StepProgram<T> = Program<StepArguments<T>, Carry<T>>;

/** The samples that a pass of a phase goes over, `pass` being its number; undefined for all. */
export function samplesOf<P, S, T>({ samples }: Phase<P, S, T>, pass: number): Int32Array | undefined {
  return samples instanceof Int32Array ? samples : samples?.[pass];
}

/** How many steps a whole pass of a phase has. */
export function stepCount<P, S, T>(context: PhaseContext<P, S>, phase: Phase<P, S, T>, pass: number): number {
  return Math.ceil(sampleCount(context, phase, pass) / context.batch);
}

function sampleCount<P, S, T>({ data }: PhaseContext<P, S>, phase: Phase<P, S, T>, pass: number): number {
  return samplesOf(phase, pass)?.length ?? data.labels.shape[0]!;
}

/** A phase's rates after some epochs, which may be a fraction: schedules that fall smoothly do so at every step. */
export function ratesAt<P, S, T>({ rates }: Phase<P, S, T>, epoch: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(rates).map(([name, schedule]) => [name, learningRate(schedule, epoch)]));
}

/** Compiles a step once for all its calls. */
export function compileStep<P, S, T>(
  context: PhaseContext<P, S>,
  phase: Phase<P, S, T>,
  pass: Step<T>,
): StepProgram<T> {
  return context.device.compile(stepOf(context, phase, pass), { donate: [0] });
}

/** A step with the batch made in it, and sums of its metrics. */
function stepOf<P, S, T>(
  { flip, data: all }: Pick<PhaseContext<P, S>, "flip" | "data">,
  phase: Phase<P, S, T>,
  pass: Step<T>,
): (...args: StepArguments<T>) => Carry<T> {
  const chosen = augmentation(phase.augment, all.images.shape[2]!);
  const augment = { ...chosen, flip: chosen.flip && flip };
  const streamed = isStreamed(all);
  return ({ training, totals, finite }, data, indices, key, rates) => {
    const [draw, step] = split(key, 2) as [AnyTensor, AnyTensor];
    const batch: Batch = {
      images: augmentBatch(data.images, placesOf(indices, streamed), draw, augment),
      labels: gather(data.labels, indices),
      ...(data.weights === undefined ? {} : { weights: gather(data.weights, indices) }),
      indices,
    };
    const { state, metrics } = pass(training, batch, { key: step, rates });
    const sums = Object.fromEntries(Object.keys(totals).map((name) => [name, add(totals[name]!, metrics[name]!)]));
    const loss = sums["loss"];
    return {
      training: state,
      totals: sums,
      finite: loss === undefined ? finite : add(finite, cast(isFinite(loss), "i32")),
    };
  };
}

/** Floating-point operations of a step, by how many images it takes in. Nothing is compiled. */
export function flopsOfStep<P, S, T>(
  context: Pick<PhaseContext<P, S>, "flip" | "data">,
  phase: Phase<P, S, T>,
  { pass, state, sizes }: { readonly pass: Step<T>; readonly state: T; readonly sizes: readonly number[] },
): readonly number[] {
  const totals = zeroTotals(Object.keys(stepProgram(context, phase, pass, state).metrics));
  const finite = hostLeaf({ shape: [], dtype: "i32" }, Int32Array.of(0));
  return sizes.map((images) => {
    const indices = tensor(new Int32Array(images));
    const args = [{ training: state, totals, finite }, context.data, indices, keyOf(0), ratesAt(phase, 0)];
    return flopsOf(flattenTree(trace(stepOf(context, phase, pass), args).result));
  });
}

/** A pass, compiled, and how much of it there is to do. */
export interface PassRun<T> {
  readonly program: StepProgram<T>;
  readonly pass: Step<T>;
  /** Steps of each pass of this epoch. */
  readonly epochSteps: readonly number[];
  /** Steps of a whole epoch, over all passes. */
  readonly wholeEpoch: number;
  readonly epochs: number;
}

/** The steps that are left of a pass. */
export async function runPass<P, S, T>(
  context: PhaseContext<P, S>,
  phase: Phase<P, S, T>,
  { program, pass, epochSteps, wholeEpoch, epochs }: PassRun<T>,
  from: RunningPhase,
): Promise<RunningPhase> {
  const { seed, batch, data } = context;
  const path = [phase.stream, from.epoch, from.pass];
  const order = randomOrder(runWords(seed, "order", path), sampleCount(context, phase, from.pass));
  const samples = samplesOf(phase, from.pass);
  const before = sumOf(epochSteps.slice(0, from.pass));
  const training = from.training as T;
  let carry: Carry<T> = {
    training,
    totals: from.step > 0 ? from.totals : zeroTotals(Object.keys(stepProgram(context, phase, pass, training).metrics)),
    finite: hostLeaf({ shape: [], dtype: "i32" }, Int32Array.of(from.step)),
  };
  const stand = (): RunningPhase => ({ ...from, training: carry.training, totals: carry.totals, step, seen });
  const check = (): Promise<void> => checkFinite(carry, step, `epoch ${from.epoch + 1} of phase ${phase.name}`);
  const leave = async (): Promise<void> => {
    await check();
    context.device.free(carry.finite);
  };
  const wholePass = stepCount(context, phase, from.pass);
  let { step, seen } = from;
  for (; step < epochSteps[from.pass]!; step++) {
    if (step > from.step && step % checkEvery === 0) await check();
    if (context.shouldStop()) {
      await leave();
      await context.keep(stand());
      throw new TrainingStopped();
    }
    const places = order.slice(step * batch, (step + 1) * batch);
    const indices = samples === undefined ? places : places.map((place) => samples[place]!);
    carry = await program(
      carry,
      dataOfBatch(data, indices),
      tensor(indices),
      runKey(seed, "step", [...path, step]),
      ratesAt(phase, from.epoch + step / wholePass),
    );
    const { totals } = carry;
    const done = before + step + 1;
    const progress = {
      phase: phase.name,
      title: phase.title ?? "",
      epoch: from.epoch,
      epochs,
      step: done,
      steps: sumOf(epochSteps),
      loss: async () => (totals["loss"] === undefined ? Number.NaN : (await totals["loss"].item()) / (step + 1)),
    };
    await context.onProgress(progress, { images: indices.length, flops: program.flops() });
    if (phase.at?.steps.includes(from.epoch * wholeEpoch + done) === true) {
      const look = await phase.at.see(carry.training);
      context.count(flopsOf([look]));
      seen = [...seen, await context.device.evaluate(look)];
    }
  }
  await leave();
  return stand();
}

/** Of whole numbers. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Steps. Reading waits for the device, so it is done seldom; what is read still names the first step that failed. */
const checkEvery = 64;

async function checkFinite({ totals: { loss }, finite }: Carry<unknown>, steps: number, where: string): Promise<void> {
  if (loss === undefined || Number.isFinite(await loss.item())) return;
  const last = await finite.item();
  throw new DivergenceError(`the loss is not finite from step ${last + 1} of ${steps} on, in ${where}`, [
    "a smaller learning rate, or a larger batch, keeps it finite",
  ]);
}

/** A step on one image, as a program; nothing is computed. */
export function stepProgram<P, S, T>(
  { data: { images } }: Pick<PhaseContext<P, S>, "data">,
  phase: Phase<P, S, T>,
  pass: Step<T>,
  state: T,
): ReturnType<Step<T>> {
  const batch: Batch = {
    images: zeros([1, ...images.shape.slice(1)]),
    labels: zeros([1], { dtype: "i32" }),
    weights: zeros([1]),
    indices: zeros([1], { dtype: "i32" }),
  };
  return pass(state, batch, { key: keyOf(0), rates: ratesAt(phase, 0) });
}

function zeroTotals(names: readonly string[]): Record<string, AnyTensor> {
  return Object.fromEntries(names.map((name) => [name, hostLeaf({ shape: [], dtype: "f32" }, Float32Array.of(0))]));
}
