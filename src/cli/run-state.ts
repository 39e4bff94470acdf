import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LabState } from "../backdoor/lab-state.ts";
import { decodeTree, readBytes } from "../node/index.ts";
import { DataError } from "../tensor/errors.ts";
import { check } from "../tensor/json-schema.ts";
import { printable } from "../tensor/printable.ts";
import { checkedConfig } from "./check-config.ts";
import { savedState } from "./check-state.ts";
import type { RunConfig } from "./run-config.ts";
import type { RunIdentity } from "./run-identity.ts";
import type { EpochRecord, Result, SuspectReport } from "./run-report.ts";

/** All that a run needs to go on: one file, so it is whole or absent. */
export interface RunState {
  /** Changes when older files can no longer be read. */
  readonly format: 4;
  readonly config: RunConfig;
  /** Null while its attacks train: the images are not poisoned yet. */
  readonly identity: RunIdentity | null;
  /** The device's own words for itself. */
  readonly device: string;
  /** Of the defences that are done. */
  readonly results: readonly Result[];
  readonly epochs: readonly EpochRecord[];
  readonly suspects: SuspectReport | null;
  /** The defence in training; null when all are done, or the next has not begun. */
  readonly training: LabState | null;
}

/** A run before its first defence. */
export function beginState(config: RunConfig, identity: RunIdentity | null, device: string): RunState {
  const nothing = { results: [], epochs: [], suspects: null, training: null };
  return { format: 4, config, identity, device, ...nothing };
}

export const stateName = "state.safetensors";

/** @throws DataError if the folder holds no state, or a damaged one. */
export async function readRunState(folder: string): Promise<RunState> {
  const path = join(folder, stateName);
  if (!existsSync(path)) throw new DataError(`${path}: there is no run to go on with; train --out DIR makes one`);
  const state = decodeTree(await readBytes(path), path);
  const { format, config } = (state ?? {}) as Partial<RunState>;
  if (format !== 4) {
    const found = printable(String(format ?? "none"));
    throw new DataError(`${path}: was written by another version of this program (format ${found}, not 4): train anew`);
  }
  return { format, config: checkedConfig(config, path), ...check(savedState, state, path) };
}
