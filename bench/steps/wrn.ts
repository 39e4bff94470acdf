import { valueAndGrad } from "../../src/autodiff/grad.ts";
import type { WrnParams, WrnStats } from "../../src/nn/index.ts";
import { crossEntropy, sgd, wideResNet } from "../../src/nn/index.ts";
import { openDevice } from "../../src/node/index.ts";
import { mean } from "../../src/tensor/ops/index.ts";
import { foldIn, key, uniform } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

// One training step of WRN-16-1 on random images: milliseconds a step, and a kernel. Usage: wrn.ts [BATCH] [STEPS]
const batch = Number(process.argv[2] ?? 32);
const steps = Number(process.argv[3] ?? 15);
const device = await openDevice({ device: "gpu" });
const network = wideResNet({ depth: 16, width: 1, classes: 10 });
const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4 });

interface State {
  readonly params: WrnParams;
  readonly stats: WrnStats;
  readonly optimizer: ReturnType<typeof optimizer.init>;
}

function wrnStep(state: State, images: AnyTensor, labels: AnyTensor, lr: number) {
  const { value, gradient, aux } = valueAndGrad(
    (params: WrnParams) => {
      const { logits, stats } = network.apply(params, state.stats, images, { train: true });
      return { value: mean(crossEntropy(logits, labels)), aux: stats };
    },
    { hasAux: true },
  )(state.params);
  const next = optimizer.update(gradient, state.optimizer, state.params, { lr });
  return { state: { params: next.params, stats: aux, optimizer: next.state } as State, loss: value };
}

const initial = network.init(key(0));
const images = await device.evaluate(uniform(foldIn(key(0), 1), [batch, 32, 32, 3]));
const labels = device.put(tensor(Int32Array.from({ length: batch }, (_, i) => i % 10)));
let state = (await device.evaluate({ ...initial, optimizer: optimizer.init(initial.params) })) as State;
const step = device.compile(wrnStep, { donate: [0] });

async function timed(): Promise<{ wall: number; host: number; loss: number }> {
  const start = performance.now();
  const next = await step(state, images, labels, 0.01);
  const host = performance.now() - start;
  state = next.state;
  return { loss: await next.loss.item(), host, wall: performance.now() - start };
}

const first = await timed();
await timed();
const runs = [];
for (let k = 0; k < steps; k++) runs.push(await timed());
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
const wall = median(runs.map((run) => run.wall));
const memory = step.memory();
const profile = await step.profile(state, images, labels, 0.01);
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
console.log(`${device.info().description}, batch ${batch}`);
console.log(`first call ${first.wall.toFixed(0)} ms, then ${wall.toFixed(1)} ms a step (median of ${steps})`);
console.log(`host ${median(runs.map((run) => run.host)).toFixed(2)} ms, loss ${runs.at(-1)!.loss.toFixed(4)}`);
console.log(`step / sum of its kernels ${(wall / profile.totalMs).toFixed(2)}`);
console.log(
  `planned peak ${mebibytes(memory.peakBytes)} MiB, live ${mebibytes(memory.liveBytes)}, unplanned ${mebibytes(memory.naiveBytes)}`,
);
const giga = (perSecond: number): string => (perSecond / 1e9).toFixed(1).padStart(7);
const { limits } = profile;
if (limits !== null) console.log(`limits ${giga(limits.flopsPerSecond)} GFLOP/s ${giga(limits.bytesPerSecond)} GB/s`);
console.log("       ms share GFLOP/s    GB/s limit  calls");
for (const kernel of profile.kernels.slice(0, 16)) {
  const percent = (part: number): string => `${(100 * part).toFixed(0).padStart(4)}%`;
  const rates = `${giga(kernel.flopsPerSecond)} ${giga(kernel.bytesPerSecond)}`;
  const calls = String(kernel.calls).padStart(5);
  console.log(
    `${kernel.ms.toFixed(2).padStart(9)} ${percent(kernel.share)} ${rates} ${percent(kernel.ofLimit)} ${calls} × ${kernel.name}`,
  );
}
device.close();
