import type { Dataset } from "../data/dataset.ts";
import { parseModel } from "../nn/models/index.ts";
import type { AnyClassifier, ImageShape } from "../nn/models/model-family.ts";
import type { Network } from "../nn/network.ts";
import { encodeTree } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { AttackWorkplace } from "./attack-training.ts";
import { checkedConfig } from "./check-config.ts";
import { checkShare, cleanOf, readClean } from "./clean-images.ts";
import type { RunData } from "./load-data.ts";
import { loadClean, poisonClean } from "./load-data.ts";
import { readWeights } from "./model-file.ts";
import type { RunConfig } from "./run-config.ts";
import type { LazyFolder, RunFolder } from "./run-folder.ts";
import type { RunIdentity } from "./run-identity.ts";
import { identityOf, sorted } from "./run-identity.ts";
import type { RunState } from "./run-state.ts";
import { beginState, stateName } from "./run-state.ts";
import type { SharedParts } from "./shared-parts.ts";
import type { AttackSaving } from "./train-attack.ts";

/** What a run has before it trains: everything that wrong options, data, files or folders could spoil. */
export interface PreparedRun {
  readonly config: RunConfig;
  readonly data: RunData;
  readonly shape: ImageShape;
  /** For the defences that need clean images; null where none does. */
  readonly clean: Dataset | null;
  readonly classifier: AnyClassifier;
  /** Networks to start phases from, by phase. */
  readonly initial: Readonly<Record<string, Network<object, object>>>;
  readonly identity: RunIdentity;
}

/** What a run is prepared with. */
export interface RunWorkplace extends Omit<AttackWorkplace, "saving"> {
  /** Where what attacks train is saved. */
  readonly runFolder: LazyFolder;
}

/** @throws ConfigError or DataError naming what is wrong, before an attack trains; Interrupted if it was stopped while one did. */
export async function prepareRun(given: RunConfig, { runFolder, ...workplace }: RunWorkplace): Promise<PreparedRun> {
  // keys in the order that a saved configuration has, so that a resumed run writes the same bytes
  const config = checkedConfig(sorted(given), "options");
  const { training } = config;
  if (training.clean.epochs === 0) throw new ConfigError("clean.epochs is 0: there is nothing to train");
  const loaded = await loadClean(config);
  const { height, width, channels, classes, count } = loaded.kept;
  if (training.batch > count) {
    throw new ConfigError(`--batch ${training.batch} is more than the ${count} training images`);
  }
  const shape = { height, width, channels, classes };
  const initial: Record<string, Network<object, object>> = {};
  for (const [phase, path] of Object.entries(config.initial)) {
    initial[phase] = await readWeights(path, config.model, shape);
  }
  const classifier = parseModel(config.model).build(shape);
  checkShare(config, loaded.kept);
  const read = await readClean(config, { train: loaded.kept, test: loaded.parts.test }, (note) =>
    workplace.io.err(`${note}\n`),
  );
  const data = await poisonClean(config, loaded, { ...workplace, saving: savingIn(runFolder, config) });
  const clean = cleanOf(config, data, read);
  const identity = await identityOf(config, data, initial, clean);
  return { config, data, clean, shape, classifier, initial, identity };
}

/** Saves attacks with a state that says which run they are of; one that a defence saved stays. */
function savingIn(folder: LazyFolder, config: RunConfig): AttackSaving | null {
  if (folder.path === null) return null;
  return {
    goOn: `deconfound train --resume ${folder.path}`,
    open: async () => void (await folder.open()),
    async save(name, content, device) {
      const opened = (await folder.open())!;
      opened.put(name, content);
      if (!opened.resumable()) {
        opened.put(stateName, await encodeTree(beginState(config, null, device.info().description)));
      }
      return opened.flush();
    },
  };
}

/** @throws DataError if a saved run began with other images or another configuration: it would not end as an unbroken one. */
export function checkSame(saved: RunIdentity, found: RunIdentity, folder: string): void {
  if (saved.data !== found.data) {
    throw new DataError(`${folder}: the training images have changed since the run began; train anew`);
  }
  if (saved.run !== found.run) {
    throw new DataError(
      `${folder}: the run began with another configuration, test images or starting weights; train anew`,
    );
  }
}

/** A prepared run with its device. */
export interface OpenRun extends PreparedRun {
  readonly device: Device;
  readonly folder: RunFolder | undefined;
  /** What other runs of an experiment have in common with this one; null for a run of its own. */
  readonly shared: SharedParts | null;
  /** Where an earlier part of the run stopped. */
  readonly saved: RunState | undefined;
  /** Print the report instead of the table. */
  readonly json: boolean;
}
