import type { Dataset } from "../data/dataset.ts";
import type { Network } from "../nn/network.ts";
import type { Device } from "../tensor/device.ts";
import type { DeviceData } from "./device-data.ts";
import { putDataset } from "./device-data.ts";
import type { DefenceMetrics } from "./metrics.ts";
import { cleanMetrics, defenceMetrics } from "./metrics.ts";
import type { Predictor } from "./predict.ts";

/** Test images with a trigger. */
export interface TriggeredSet {
  readonly triggered: Dataset;
  /** The class that the trigger calls for, by true label. */
  targetOf(label: number): number;
}

/** Images that were never trained on, and what is known of the attack. */
export interface TestSet {
  readonly dataset: Dataset;
  /** The same images with the trigger; left out when there is no attack to measure. */
  readonly attack?: TriggeredSet | undefined;
  /** Those of further attacks on the same training set. */
  readonly others?: readonly ({ readonly name: string } & TriggeredSet)[] | undefined;
}

/** A test set on the device. */
export interface DeviceTestSet {
  readonly test: TestSet;
  readonly clean: DeviceData;
  readonly triggered: DeviceData | null;
  /** By the order of the test set's `others`. */
  readonly others: readonly DeviceData[];
}

/** Rates of an attack. */
export type AttackMetrics = Omit<DefenceMetrics, "ca" | "classAccuracy">;

/** Rates on a test set; those of the attack only where there is one, `others` only where there are several. */
export type Evaluation = Pick<DefenceMetrics, "ca" | "classAccuracy"> &
  Partial<AttackMetrics> & { readonly others?: readonly ({ readonly name: string } & AttackMetrics)[] | undefined };

/** Uploads a test set once for all evaluations. @param residentBytes - as in {@link putDataset}. */
export function putTestSet(device: Device, test: TestSet, residentBytes?: number): DeviceTestSet {
  const triggered = test.attack === undefined ? null : putDataset(device, test.attack.triggered, residentBytes);
  const others = (test.others ?? []).map((other) => putDataset(device, other.triggered, residentBytes));
  return { test, clean: putDataset(device, test.dataset, residentBytes), triggered, others };
}

/** Runs a network over the test set in evaluation mode. */
export async function evaluate<P, S>(
  predictor: Predictor<P, S>,
  network: Network<P, S>,
  { test, clean, triggered, others }: DeviceTestSet,
): Promise<Evaluation> {
  const predicted = await predictor(network, clean);
  if (test.attack === undefined || triggered === null) return cleanMetrics(test.dataset, predicted.classes);
  const measure = async ({ targetOf }: TriggeredSet, images: DeviceData): Promise<DefenceMetrics> => {
    const { classes } = await predictor(network, images);
    return defenceMetrics(test.dataset, targetOf, predicted.classes, classes);
  };
  const metrics = await measure(test.attack, triggered);
  if (others.length === 0) return metrics;
  const measured = [];
  for (const [i, other] of (test.others ?? []).entries()) {
    const { asr, ra, cleanTargetRate, targetAccuracy } = await measure(other, others[i]!);
    measured.push({ name: other.name, asr, ra, cleanTargetRate, targetAccuracy });
  }
  return { ...metrics, others: measured };
}
