import type { Phase } from "../../src/backdoor/defences/cbd.ts";
import { cbdPhases, plainPhases } from "../../src/backdoor/defences/cbd.ts";
import { initialTraining } from "../../src/backdoor/initial-network.ts";
import type { EpochReport } from "../../src/backdoor/lab-state.ts";
import { cbdOptions, trainCbd, trainPlain } from "../../src/cbd/index.ts";
import { builtinDataset } from "../../src/data/index.ts";
import type { WrnParams, WrnStats } from "../../src/nn/index.ts";
import { wideResNet } from "../../src/nn/index.ts";
import type { Network } from "../../src/nn/network.ts";
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
const options = cbdOptions("paper", { batch }); // one critic step a batch, fused with the clean step

/** A step of a phase as the training run makes it, on one batch that stays on the device. */
async function residentStep(
  { device, idle }: BenchDevice,
  phase: Phase<WrnParams, WrnStats>,
  backdoored: Network<WrnParams, WrnStats> | null,
): Promise<() => Promise<number[]>> {
  const dataset = builtinDataset({ count: batch });
  const images = await device.evaluate(uniform(key(2), [batch, 32, 32, 3]));
  const labels = device.put(tensor(dataset.labels));
  let state = await initialTraining({ device, classifier, options, dataset, seed: 0, given: undefined }, phase);
  const [pass] = phase.passes as [Phase<WrnParams, WrnStats>["passes"][number]];
  const program = device.compile(
    (training: typeof state, fixed: typeof backdoored, x: AnyTensor, y: AnyTensor, draw: AnyTensor, lr: number) =>
      pass.run(training, { images: x, labels: y }, { backdoored: fixed, key: draw, lr, criticLr: 1e-3 }),
    { donate: [0] },
  );
  return async () => {
    await idle();
    const start = performance.now();
    const next = await program(state, backdoored, images, labels, key(3), 0.1);
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
    const dataset = builtinDataset({ count: batch });
    const plan = { classifier, options, dataset };
    const backdoored = await bench.device.evaluate(classifier.init(key(1)));
    const clean = await residentStep(bench, cbdPhases(plan).find(({ name }) => name === "clean")!, backdoored);
    const plain = await residentStep(bench, plainPhases(plan)[0]!, null);
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
    const overrides = { batch, backdoor: { steps: 1 }, clean: { epochs: 1 + rounds } };
    const given = { device, dataset, classifier, options: overrides };
    const clean = epochByEpoch((onEpoch) => trainCbd({ ...given, preset: "paper", onEpoch }));
    const plain = epochByEpoch((onEpoch) => trainPlain({ ...given, preset: "paper", onEpoch }));
    await alternate(1, clean, plain); // compiles
    return [ratioRow("cbd-epoch-over-plain-b32", await alternate(rounds, plain, clean))];
  },
};

function ratioRow(work: string, [plain, clean]: readonly [Rounds, Rounds]): FigureRow {
  const { ratio, min, max } = ratioOf(plain, clean);
  const also = { smallest: min, largest: max, clean_ms: middle(clean), plain_ms: middle(plain) };
  return { work, unit: "ratio", ours: ratio, runs: clean.flat().length, also };
}
