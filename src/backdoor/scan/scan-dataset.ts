import type { Dataset } from "../../data/dataset.ts";
import { checkDataset } from "../../data/dataset.ts";
import { parseModel } from "../../nn/models/index.ts";
import { defaultsOf } from "../../options/table.ts";
import type { Device } from "../../tensor/device.ts";
import { openLab } from "../open-lab.ts";
import type { Progress } from "../phase-context.ts";
import { TrainingStopped } from "../phase-context.ts";
import type { TrainingOptions } from "../training-options.ts";
import { resolveTraining, trainingOptionTable } from "../training-options.ts";
import type { Scan } from "./scan.ts";
import { scan } from "./scan.ts";

/** Where a scan is: a network in training. */
export interface ScanProgress {
  /** What is trained, such as `confounder`. */
  readonly title: string;
  /** Share of its steps that are done, above 0 up to 1. How many networks follow depends on what the scan finds. */
  readonly done: number;
}

/** Options of {@link scanDataset}. */
export interface ScanDatasetOptions {
  readonly device: Device;
  /** Images and labels in memory. Put on the device once. */
  readonly dataset: Dataset;
  /** Images of more bytes stay in memory, and each batch is uploaded by itself. @defaultValue what one buffer of the device holds */
  readonly residentBytes?: number | undefined;
  /** Decides the initial parameters and the order of the images. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** After every step. The scan waits for it. */
  readonly onProgress?: ((progress: ScanProgress) => void | Promise<void>) | undefined;
  /** Asked before every step; true ends the scan. */
  readonly shouldStop?: (() => boolean) | undefined;
}

/**
 * Looks for poison in a training set that is not to be trained on, by {@link scan}. The same seed and device give the same bits.
 *
 * @returns null if it was stopped. The network of `history` is on the device.
 * @throws DataError for a dataset whose fields disagree; DivergenceError for a loss that is not finite.
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { scanDataset } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const dataset = builtinDataset({ count: 20, size: 12, classes: 2 });
 * let steps = 0;
 * const stopped = await scanDataset({ device: referenceDevice(), dataset, shouldStop: () => steps++ === 3 });
 * console.log(stopped === null); // true
 * ```
 */
export async function scanDataset(options: ScanDatasetOptions): Promise<Scan | null> {
  const { device, dataset, residentBytes, seed = 0, onProgress, shouldStop } = options;
  checkDataset(dataset);
  const opened = await openLab({
    device,
    dataset,
    clean: null,
    residentBytes,
    classifier: parseModel("shortcut").build(dataset),
    training: resolveTraining(defaultsOf<TrainingOptions>(trainingOptionTable), dataset.count), // a scan has settings of its own
    seed,
    test: undefined,
    initial: {},
    resume: undefined,
    shouldStop,
    onProgress: onProgress === undefined ? undefined : (step) => onProgress(progressOf(step)),
  });
  try {
    return await scan(opened.lab);
  } catch (error) {
    if (error instanceof TrainingStopped) return null;
    throw error;
  } finally {
    opened.close();
  }
}

function progressOf({ phase, title, epoch, epochs, step, steps }: Progress): ScanProgress {
  return { title: title === "" ? phase : title, done: (epoch + step / steps) / epochs };
}
