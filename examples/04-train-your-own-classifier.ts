// A network of one's own, trained on arrays in memory that somebody has poisoned: CBD needs an `init` and an `apply`.
import type { Tensor } from "deconfound";
import { conv2d, globalAvgPool2d, matmul, random, relu, zeros } from "deconfound";
import { badnets, poison, trainCbd, trainPlain, triggered } from "deconfound/backdoor";
import type { Dataset } from "deconfound/data";
import { builtinDataset } from "deconfound/data";
import type { Classifier } from "deconfound/nn";
import { heNormal } from "deconfound/nn";
import { openDevice } from "deconfound/node";

// Three convolutions, global average pooling to z, a linear layer.
type Params = { convs: Tensor[]; biases: Tensor[]; out: Tensor };
const widths = [8, 12, 16];
const classifier: Classifier<Params, null> = {
  init: (key) => {
    const keys = random.split(key, 4);
    const convs = widths.map((to, i) => heNormal(keys[i]!, [3, 3, widths[i - 1] ?? 3, to]));
    const biases = widths.map((to) => zeros([to]));
    return { params: { convs, biases, out: heNormal(keys[3]!, [16, 4]) }, stats: null };
  },
  apply: ({ convs, biases, out }, stats, images: Tensor) => {
    const features = convs.reduce<Tensor>(
      (x, w, i) => relu(conv2d(x, w, { stride: i === 0 ? 1 : 2, padding: 1 }).add(biases[i]!)),
      images.sub(0.5),
    );
    const z = globalAvgPool2d(features);
    return { logits: matmul(z, out), z, stats };
  },
};

// Any arrays will do: { images: Uint8Array, labels: Int32Array, count, height, width, channels, classes }.
const shapes = (count: number, part: "train" | "test"): Dataset =>
  builtinDataset({ count, size: 12, classes: 4, part });

const target = 3;
const { dataset } = await poison(badnets, shapes(600, "train"), { rate: 0.1, target });
const test = await triggered(badnets, shapes(200, "test"), { target });
const training = {
  batch: 20,
  clean: { epochs: 8, lr: 0.1, schedule: { kind: "cosine", epochs: 8, floor: 0 }, augment: "none" },
} as const;
// generalised cross entropy makes f_B prefer what is easy: the trigger
const backdoor = { epochs: 2, loss: "generalized", augment: "none" } as const;

const device = await openDevice();
const percent = (rate = 0): string => `${(100 * rate).toFixed(0)} %`;
const given = { device, dataset, classifier, test };
for (const [name, trained] of [
  ["no defence", await trainPlain<Params, null>({ ...given, options: training })],
  ["CBD", await trainCbd<Params, null>({ ...given, preset: "paper", options: { ...training, backdoor } })],
] as const) {
  const { ca, asr } = trained.history[trained.history.length - 1]!.evaluation!;
  console.log(`${name}: accuracy ${percent(ca.rate)}, attack success ${percent(asr?.rate)}`);
}
device.close();
