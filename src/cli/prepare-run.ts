import { parseModel } from "../nn/models/index.ts";
import type { AnyClassifier, ImageShape } from "../nn/models/model-family.ts";
import type { Network } from "../nn/network.ts";
import { makeWritableFolder } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { RunData } from "./load-data.ts";
import { loadData } from "./load-data.ts";
import { readWeights } from "./model-file.ts";
import type { RunConfig } from "./run-config.ts";
import type { RunState } from "./run-state.ts";

/** What a run has before its device is opened: everything that wrong options, data, files or folders could spoil. */
export interface PreparedRun {
  readonly config: RunConfig;
  readonly data: RunData;
  readonly shape: ImageShape;
  readonly classifier: AnyClassifier;
  /** Networks to start phases from, by phase. */
  readonly initial: Readonly<Record<string, Network<object, object>>>;
  readonly folder: string | undefined;
}

/**
 * @param folder - made, and tried, if it is given.
 * @throws ConfigError or DataError naming what is wrong.
 */
export async function prepareRun(config: RunConfig, folder: string | undefined): Promise<PreparedRun> {
  const { training } = config;
  if (training.clean.epochs === 0) throw new ConfigError("clean.epochs is 0: there is nothing to train");
  const data = await loadData(config);
  const { height, width, channels, classes, count } = data.train;
  if (training.batch > count) {
    throw new ConfigError(`--batch ${training.batch} is more than the ${count} training images`);
  }
  const shape = { height, width, channels, classes };
  const initial: Record<string, Network<object, object>> = {};
  for (const [phase, path] of Object.entries(config.initial)) {
    initial[phase] = await readWeights(path, config.model, shape);
  }
  if (folder !== undefined) await makeWritableFolder(folder);
  return { config, data, shape, classifier: parseModel(config.model).build(shape), initial, folder };
}

/** A prepared run with its device. */
export interface OpenRun extends PreparedRun {
  readonly device: Device;
  /** Where an earlier part of the run stopped. */
  readonly saved: RunState | undefined;
  /** Print the report instead of the table. */
  readonly json: boolean;
}
