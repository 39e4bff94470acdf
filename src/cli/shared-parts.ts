import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PhaseStore, SharedPhase } from "../backdoor/phase-store.ts";
import { decodeTree, digestOf, encodeTree, readBytes, writeAtomically } from "../node/index.ts";
import { DeconfoundError } from "../tensor/errors.ts";
import { check } from "../tensor/json-schema.ts";
import { sharedPhase } from "./check-state.ts";
import { lockApart, seemsLocked } from "./lock-apart.ts";

/** Another process trains what this run needs, so this one has stopped where it is. */
export class Elsewhere extends DeconfoundError {
  override readonly name = "Elsewhere";
  /** Whether it is worth going on: the part is there, or nobody trains it any more. */
  readonly ready: () => boolean;

  constructor(ready: () => boolean) {
    super("another process trains what this cell needs");
    this.ready = ready;
  }
}

/** A part of a run that other runs have, too: how it is read, made and written. */
interface Part<T> {
  /** All that decides it. */
  readonly key: Iterable<string | ArrayBufferView>;
  read(path: string): Promise<T>;
  make(): Promise<T>;
  content(made: T): Promise<Uint8Array>;
}

/** A folder of what runs of an experiment have in common: files named by a digest of what decides them. */
export interface SharedParts {
  /** Reads a part, or makes and keeps it. @returns null if another process makes it now. */
  part<T>(kind: "attack" | "phase", part: Part<T>): Promise<T | null>;
  /** The phases of runs that have all in common which `scope` says. */
  phases(scope: readonly string[]): PhaseStore;
  /** The error for the part that another process was making last. */
  elsewhere(): Elsewhere;
}

const largest = 2 ** 33; // bytes

/** @param folder - made when the first part is. */
export function openSharedParts(folder: string): SharedParts {
  let refused = new Elsewhere(() => true);
  const part = async <T>(kind: string, { key, read, make, content }: Part<T>): Promise<T | null> => {
    const place = join(folder, `${kind}-${digestOf(key).slice(0, 32)}`);
    const path = `${place}.safetensors`;
    if (existsSync(path)) return read(path);
    const lock = lockApart(`${place}.lock`);
    if (lock === undefined) {
      refused = new Elsewhere(() => existsSync(path) || !seemsLocked(`${place}.lock`));
      return null;
    }
    try {
      if (existsSync(path)) return await read(path); // made since
      const made = await make();
      writeAtomically(path, await content(made));
      return made;
    } finally {
      lock.release();
    }
  };
  return {
    part,
    elsewhere: () => refused,
    phases: (scope) => ({
      share: (key, train) =>
        part<SharedPhase>("phase", {
          key: [...scope, ...key],
          read: async (path) => check(sharedPhase, decodeTree(await readBytes(path, largest), path), path),
          make: train,
          content: encodeTree,
        }),
    }),
  };
}
