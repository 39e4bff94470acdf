import type { Network } from "../nn/network.ts";
import { makeWritableFolder } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { RunData } from "./load-data.ts";
import { loadData } from "./load-data.ts";
import type { AnyClassifier, ModelShape } from "./model.ts";
import { buildClassifier } from "./model.ts";
import { readWeights } from "./model-file.ts";
import type { RunConfig } from "./run-config.ts";
import type { RunState } from "./run-state.ts";

/** All that can be wrong before training has been looked at: data, files to start from, the folder. */
export interface PreparedRun {
  readonly config: RunConfig;
  readonly data: RunData;
  readonly shape: ModelShape;
  readonly classifier: AnyClassifier;
  readonly initial: { readonly clean?: Network<object, object>; readonly backdoored?: Network<object, object> };
  readonly folder: string | undefined;
}

/**
 * @param folder - made, and tried, if it is given.
 * @throws ConfigError or DataError naming what is wrong.
 */
export async function prepareRun(config: RunConfig, folder: string | undefined): Promise<PreparedRun> {
  if (config.options.clean.epochs === 0) throw new ConfigError("clean.epochs is 0: there is nothing to train");
  const data = await loadData(config);
  const { height, width, channels, classes, count } = data.train;
  if (config.options.batch > count) {
    throw new ConfigError(`--batch ${config.options.batch} is more than the ${count} training images`);
  }
  const shape = { height, width, channels, classes };
  const read = (path: string): Promise<Network<object, object>> => readWeights(path, config.model, shape);
  const initial = {
    ...(config.init === null ? {} : { clean: await read(config.init) }),
    ...(config.backdoorInit === null ? {} : { backdoored: await read(config.backdoorInit) }),
  };
  if (folder !== undefined) await makeWritableFolder(folder);
  return { config, data, shape, classifier: buildClassifier(config.model, shape), initial, folder };
}

/** A prepared run with its device. */
export interface OpenRun extends PreparedRun {
  readonly device: Device;
  /** Where an earlier part of the run stopped. */
  readonly saved: RunState | undefined;
  /** Print the report instead of the table. */
  readonly json: boolean;
}
