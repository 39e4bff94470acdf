import type { EpochReport } from "../../src/backdoor/lab-state.ts";
import { trainCbd, trainPlain } from "../../src/backdoor/train.ts";
import type { TrainingOptions } from "../../src/backdoor/training-options.ts";
import { trainingOptionTable } from "../../src/backdoor/training-options.ts";
import { fusedStep } from "../../src/cbd/clean-step.ts";
import { cbdOptions } from "../../src/cbd/options.ts";
import { beginClean } from "../../src/cbd/state.ts";
import { builtinDataset } from "../../src/data/index.ts";
import { wasserstein } from "../../src/mi/index.ts";
import type { Batch } from "../../src/nn/index.ts";
import { beginTraining, crossEntropy, sgd, supervisedStep, wideResNet } from "../../src/nn/index.ts";
import { defaultsOf } from "../../src/options/table.ts";
import { key, uniform } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import type { BenchDevice } from "../gpu.ts";
import type { FigureRow } from "../protocol.ts";
import type { Rounds } from "../rounds.ts";
import { middle, ratioOf } from "../rounds.ts";
import { alternate } from "./alternate.ts";
import type { DeviceFigure } from "./device-figure.ts";

const batch = 32;
const rounds = 5;
const classifier = wideResNet({ depth: 16, width: 1, classes: 10 });
const features = 64; // of z
const options = cbdOptions("paper"); // one critic step per batch, fused with the clean step
const { optimizer } = defaultsOf<TrainingOptions>(trainingOptionTable);

/** A training step on one batch that stays on the device. */
async function residentStep<T>(
  { device, idle }: BenchDevice,
  initial: T,
  step: (state: T, batch: Batch, key: AnyTensor, lr: number) => { state: T; metrics: object },
): Promise<() => Promise<number[]>> {
  const images = await device.evaluate(uniform(key(2), [batch, 32, 32, 3]));
  const labels = device.put(tensor(builtinDataset({ count: batch }).labels));
  let state: T = await device.evaluate(initial);
  const program = device.compile(
    (training: T, x: AnyTensor, y: AnyTensor, draw: AnyTensor, lr: number) =>
      step(training, { images: x, labels: y }, draw, lr),
    { donate: [0] },
  );
  return async () => {
    await idle();
    const start = performance.now();
    const next = await program(state, images, labels, key(3), 0.1);
    await idle();
    state = next.state;
    device.free(next.metrics);
    return [performance.now() - start];
  };
}

/** CBD's fused clean step ÷ a plain step of the same network and batch. */
export const cbdStep: DeviceFigure = {
  name: "cbd-clean-step-over-plain-b32",
  measure: async (bench) => {
    const backdoored = await bench.device.evaluate(classifier.init(key(1)));
    const parts = { classifier, backdoored, estimator: wasserstein, optimizer, options };
    const network = classifier.init(key(0));
    const clean = await residentStep(
      bench,
      beginClean(network, parts, { features: { r: features, z: features }, key: key(4) }),
      (state, on, draw, lr) => fusedStep(state, on, { ...parts, key: draw, lr, criticLr: 1e-3 }),
    );
    const plain = await residentStep(bench, beginTraining(network, sgd(optimizer)), (state, on, draw, lr) =>
      supervisedStep(state, on, { classifier, optimizer: sgd(optimizer), loss: crossEntropy, key: draw, lr }),
    );
    await alternate(2, clean, plain);
    return [ratioRow("cbd-clean-step-over-plain-b32", await alternate(3 * rounds, plain, clean))];
  },
};

/** A training run that stops after each epoch until it is told to go on. */
function epochByEpoch(
  begin: (onEpoch: (report: EpochReport) => Promise<void>) => Promise<unknown>,
): () => Promise<number[]> {
  let arrived: (at: number) => void = () => undefined;
  let goOn: () => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const onEpoch = ({ phase }: EpochReport): Promise<void> =>
    new Promise((resolve) => {
      if (phase !== "clean") return resolve();
      goOn = resolve;
      arrived(performance.now());
    });
  let begun = false;
  return async () => {
    const start = performance.now();
    const end = await new Promise<number>((resolve, reject) => {
      arrived = resolve;
      failed = reject;
      if (begun) goOn();
      else begin(onEpoch).catch((error: unknown) => failed(error));
      begun = true;
    });
    return [end - start];
  };
}

const epochImages = 16 * batch;

/** An epoch of CBD ÷ a plain one: images on the device, augmented there; means read at the end. */
export const cbdEpoch: DeviceFigure = {
  name: "cbd-epoch-over-plain-b32",
  measure: async ({ device }) => {
    const dataset = builtinDataset({ count: epochImages });
    const training = { batch, clean: { epochs: 1 + rounds } };
    const given = { device, dataset, classifier };
    const defended = { ...training, backdoor: { steps: 1 } };
    const clean = epochByEpoch((onEpoch) => trainCbd({ ...given, preset: "paper", options: defended, onEpoch }));
    const plain = epochByEpoch((onEpoch) => trainPlain({ ...given, options: training, onEpoch }));
    await alternate(1, clean, plain); // compiles
    return [ratioRow("cbd-epoch-over-plain-b32", await alternate(rounds, plain, clean))];
  },
};

function ratioRow(work: string, [plain, clean]: readonly [Rounds, Rounds]): FigureRow {
  const { ratio, min, max } = ratioOf(plain, clean);
  const also = { smallest: min, largest: max, clean_ms: middle(clean), plain_ms: middle(plain) };
  return { work, unit: "ratio", ours: ratio, runs: clean.flat().length, also };
}
