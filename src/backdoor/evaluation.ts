import type { Dataset } from "../data/dataset.ts";
import type { Network } from "../nn/network.ts";
import type { Device } from "../tensor/device.ts";
import type { DeviceData } from "./device-data.ts";
import { putDataset } from "./device-data.ts";
import type { DefenceMetrics } from "./metrics.ts";
import { cleanMetrics, defenceMetrics } from "./metrics.ts";
import type { Predictor } from "./predict.ts";

/** Images that were never trained on, and what is known of the attack. */
export interface TestSet {
  readonly dataset: Dataset;
  /** The same images with the trigger, and the class that it calls for by true label; left out when there is no attack to measure. */
  readonly attack?: { readonly triggered: Dataset; targetOf(label: number): number } | undefined;
}

/** A test set on the device. */
export interface DeviceTestSet {
  readonly test: TestSet;
  readonly clean: DeviceData;
  readonly triggered: DeviceData | null;
}

/** Rates on a test set; those of the attack only where there is one. */
export type Evaluation = Pick<DefenceMetrics, "ca" | "classAccuracy"> &
  Partial<Omit<DefenceMetrics, "ca" | "classAccuracy">>;

/** Uploads a test set once for all evaluations. @param residentBytes - as in {@link putDataset}. */
export function putTestSet(device: Device, test: TestSet, residentBytes?: number): DeviceTestSet {
  const triggered = test.attack === undefined ? null : putDataset(device, test.attack.triggered, residentBytes);
  return { test, clean: putDataset(device, test.dataset, residentBytes), triggered };
}

/** Runs a network over the test set in evaluation mode. */
export async function evaluate<P, S>(
  predictor: Predictor<P, S>,
  network: Network<P, S>,
  { test, clean, triggered }: DeviceTestSet,
): Promise<Evaluation> {
  const predicted = await predictor(network, clean);
  if (test.attack === undefined || triggered === null) return cleanMetrics(test.dataset, predicted.classes);
  const attacked = await predictor(network, triggered);
  return defenceMetrics(test.dataset, test.attack.targetOf, predicted.classes, attacked.classes);
}
