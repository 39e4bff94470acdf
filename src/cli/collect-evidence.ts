import type { Defended } from "../backdoor/defence.ts";
import { putDataset } from "../backdoor/device-data.ts";
import type { TriggeredSet } from "../backdoor/evaluation.ts";
import { evaluationMode } from "../backdoor/evaluation-mode.ts";
import { createObserver } from "../backdoor/observe.ts";
import type { Dataset } from "../data/dataset.ts";
import { selectImages } from "../data/dataset.ts";
import type { Picture } from "../formats/index.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { AnyClassifier } from "../nn/models/model-family.ts";
import type { Network } from "../nn/network.ts";
import { differenceOf, pictureOf } from "../report/contact-sheet.ts";
import type { Evidence, ImageStack, MostSuspect, NetworkEvidence, TriggerSheet } from "../report/evidence.ts";
import { differenceFactor } from "../report/evidence.ts";
import { thumbnailOf } from "../report/thumbnail.ts";
import { residentBytesOf } from "./device-option.ts";
import type { OpenRun } from "./prepare-run.ts";

// Together these keep a file below a megabyte, whatever the set and the model.
const mostSamples = 3000; // of each kind
const [mostTested, representationBytes] = [150, 200_000]; // test images, and bytes of their representations per network
const [mostShown, longest] = [8, 48]; // test images of a sheet, or of all sheets where there are several; pixels of a side
const mostSuspects = 12;

/** Looks at what a defence delivered, before its tensors are freed. */
export async function collectEvidence(
  { data, device, classifier, config }: OpenRun,
  { network, confounder, suspicion }: Pick<Defended<object, object>, "network" | "confounder" | "suspicion">,
): Promise<Evidence> {
  const { train, test, poisoned, noise } = data;
  const kinds = poisoned === null ? null : kindsOf(train.count, poisoned, noise);
  const samples = kinds === null ? spread(allOf(train.count), 2 * mostSamples) : ofEachKind(kinds);
  const tested = spread(allOf(test.dataset.count), mostTested);
  const sets = [
    selectImages(train, samples),
    selectImages(test.dataset, tested),
    ...(test.attack === undefined ? [] : [selectImages(test.attack.triggered, tested)]),
  ];
  const look = async (by: AnyClassifier, one: Network<object, object>): Promise<NetworkEvidence> => {
    const observer = createObserver<Network<object, object>, "losses" | "z">(device, (state, { images, labels }) => {
      const { logits, z } = by.apply(state.params, state.stats, images, evaluationMode);
      return { losses: crossEntropy(logits, labels), z };
    });
    const seen = [];
    for (const set of sets) {
      const own = putDataset(device, set, residentBytesOf(config));
      seen.push(await observer(one, own));
      device.free(own);
    }
    const [trained, ...rows] = seen;
    const z = Float32Array.from(rows.flatMap((part) => [...part.z]));
    return { losses: trained!.losses, z, width: z.length / (rows.length * tested.length) };
  };
  const networks = [
    await look(classifier, network),
    ...(confounder === undefined ? [] : [await look(confounder.classifier, confounder.network)]),
  ];
  const width = Math.max(...networks.map((one) => one.width));
  const kept = spread(allOf(tested.length), Math.max(1, Math.floor(representationBytes / (8 * width))));
  const [delivered, shortcut = null] = networks.map((one) => withRows(one, kept, tested.length));
  const labels = Int32Array.from(kept, (at) => test.dataset.labels[tested[at]!]!);
  const attacked = [
    ...(test.attack === undefined ? [] : [{ name: config.attacks[0]?.name ?? "", ...test.attack }]),
    ...(test.others ?? []),
  ];
  return {
    classNames: train.classNames ?? [],
    samples,
    kinds: kinds === null ? null : Uint8Array.from(samples, (i) => kinds[i]!),
    trained: train.count,
    suspicion: suspicion === undefined ? null : Float32Array.from(samples, (i) => suspicion[i]!),
    delivered: delivered!,
    confounder: shortcut,
    labels,
    targets: test.attack === undefined ? null : labels.map((label) => test.attack!.targetOf(label)),
    sheets: attacked.map((one) => sheetOf(test.dataset, one, Math.max(3, Math.floor(mostShown / attacked.length)))),
    suspects: suspicion === undefined ? null : mostSuspectOf(train, suspicion),
  };
}

function kindsOf(count: number, poisoned: Int32Array, noise: Int32Array): Uint8Array {
  const kinds = new Uint8Array(count);
  for (const index of poisoned) kinds[index] = 1;
  for (const index of noise) kinds[index] = 2;
  return kinds;
}

function ofEachKind(kinds: Uint8Array): Int32Array {
  const parts = [0, 1, 2].map((kind) =>
    spread(
      allOf(kinds.length).filter((i) => kinds[i] === kind),
      mostSamples,
    ),
  );
  return Int32Array.from(parts.flatMap((part) => [...part])).sort();
}

function withRows({ losses, z, width }: NetworkEvidence, kept: Int32Array, tested: number): NetworkEvidence {
  const starts = z.length === tested * width ? [0] : [0, tested];
  const rows = starts.flatMap((start) => Array.from(kept, (at) => start + at));
  const cut = new Float32Array(rows.length * width);
  for (const [to, from] of rows.entries()) cut.set(z.subarray(from * width, (from + 1) * width), to * width);
  return { losses, z: cut, width };
}

function sheetOf(
  test: Dataset,
  { name, triggered, targetOf }: TriggeredSet & { readonly name: string },
  count: number,
): TriggerSheet {
  const other = allOf(test.count).filter((i) => test.labels[i] !== targetOf(test.labels[i]!));
  const shown = spread(other.length === 0 ? allOf(test.count) : other, count);
  const labels = Int32Array.from(shown, (i) => test.labels[i]!);
  const pairs = Array.from(shown, (i) => [pictureOf(test, i), pictureOf(triggered, i)] as const);
  return {
    attack: name,
    labels,
    targets: labels.map(targetOf),
    clean: stackOf(pairs.map(([clean]) => clean)),
    triggered: stackOf(pairs.map(([, marked]) => marked)),
    difference: stackOf(pairs.map(([clean, marked]) => differenceOf(clean, marked, differenceFactor))),
  };
}

function mostSuspectOf(train: Dataset, suspicion: ArrayLike<number>): MostSuspect {
  const order = allOf(train.count).sort((a, b) => suspicion[b]! - suspicion[a]! || a - b);
  const indices = order.slice(0, mostSuspects);
  return {
    indices,
    labels: Int32Array.from(indices, (i) => train.labels[i]!),
    suspicion: Float32Array.from(indices, (i) => suspicion[i]!),
    images: stackOf(Array.from(indices, (i) => pictureOf(train, i))),
  };
}

function stackOf(pictures: readonly Picture[]): ImageStack {
  const small = pictures.map((picture) => thumbnailOf(picture, longest));
  const { height, width, channels } = small[0]!;
  const pixels = new Uint8Array(small.length * height * width * channels);
  for (const [at, one] of small.entries()) pixels.set(one.pixels, at * height * width * channels);
  return { height, width, channels, pixels };
}

function allOf(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** At most so many of some values, evenly apart. */
function spread(values: Int32Array, most: number): Int32Array {
  if (values.length <= most) return values;
  return Int32Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)]!);
}
