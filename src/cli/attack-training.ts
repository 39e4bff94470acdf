import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Attack, Prepared } from "../backdoor/attack.ts";
import type { AttackState } from "../backdoor/attack-state.ts";
import type { Dataset } from "../data/dataset.ts";
import { decodePicture, probePicture } from "../data/decode-picture.ts";
import type { Picture } from "../formats/png.ts";
import { decodeTree, encodeTree, readBytes, readTensors, sharpDecoder, toLeaves } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import * as json from "../tensor/json-schema.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { isTensor } from "../tensor/tensor.ts";
import { code } from "./code.generated.ts";
import type { LazyDevice } from "./device-option.ts";
import type { Io } from "./io.ts";
import { dataDigest, sorted } from "./run-identity.ts";
import type { SharedParts } from "./shared-parts.ts";
import type { AttackSaving } from "./train-attack.ts";
import { trainAttack } from "./train-attack.ts";

/** Where an attack's networks come from: a file of an earlier run, or training. */
export interface AttackWorkplace {
  readonly io: Io;
  readonly device: LazyDevice;
  /** The folder of a run, or of a poisoned set, that may hold what was trained; null for none. */
  readonly folder: string | null;
  /** Null where nothing is kept of what is trained. */
  readonly saving: AttackSaving | null;
  /** Of an experiment. @defaultValue none: what is missing is trained */
  readonly shared?: SharedParts | null;
}

/** What an attack trained, and the device to stamp with. */
export interface PreparedAttack {
  readonly prepared: Prepared;
  /** The picture that the options name, by its path. */
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly device: Device | undefined;
  /** As {@link LazyDevice} has it. */
  readonly residentBytes: number | undefined;
  /** To be kept in a folder with the run; null for attacks that train nothing. */
  readonly file: { readonly name: string; content(): Promise<Uint8Array> } | null;
}

/** What is trained for an attack, before its samples are stamped. */
export interface AttackTask {
  readonly attack: Attack;
  readonly options: object;
  readonly seed: number;
  /** The clean training set; null where only what was trained before will do. */
  readonly train: Dataset | null;
  readonly taken?: ReadonlySet<number>;
}

const largest = 2 ** 32; // bytes

/**
 * Reads what an attack trained, or trains it, from where an earlier training stood.
 *
 * @throws DataError for a file of other options or images; ConfigError where there is none and no set to train on; Interrupted.
 */
export async function preparedFor(task: AttackTask, workplace: AttackWorkplace): Promise<PreparedAttack> {
  const { attack, options, seed, train } = task;
  const { io, device, folder, saving, shared = null } = workplace;
  const pictures = await readPictures(options);
  const { residentBytes } = device;
  if (attack.prepare === undefined) return { prepared: {}, pictures, device: undefined, residentBytes, file: null };
  const name = `attack-${attack.name}.safetensors`;
  const path = folder === null ? null : join(folder, name);
  const made = JSON.stringify(sorted({ name: attack.name, options, seed }));
  const saved = path === null || !existsSync(path) ? null : await readSaved(path, made, train);
  if (saved === null && train === null) {
    throw new ConfigError(`--attack ${attack.name}: there is no ${path ?? name}`, [
      "a train run with --out, and poison, write it beside their results",
    ]);
  }
  if (saved?.prepared === undefined && train === null) {
    throw new DataError(`${path}: the training of the attack is not finished`, [
      "train --resume, or the same poison command, goes on with it",
    ]);
  }
  const data = saved?.data ?? dataDigest(train!);
  const content = (of: { prepared: Prepared } | { training: AttackState }): Promise<Uint8Array> =>
    encodeTree({ made, data, ...("prepared" in of ? { prepared: asLeaves(of.prepared) } : of) });
  const opened = await device.open();
  const make = (): Promise<Prepared> =>
    trainAttack(
      { ...task, train: train!, device: opened, residentBytes, resume: saved?.training, saving, file: name, content },
      io,
    );
  const taken = [...(task.taken ?? [])];
  const part = {
    key: [made, data, JSON.stringify([taken, opened.info().description, code])],
    read: async (path: string) => (await readSaved(path, made, train)).prepared!,
    make,
    content: (prepared: Prepared) => content({ prepared }),
  };
  const prepared = saved?.prepared ?? (await (shared === null ? make() : shared.part("attack", part)));
  if (prepared === null) throw shared!.elsewhere();
  return { prepared, pictures, device: opened, residentBytes, file: { name, content: () => content({ prepared }) } };
}

function asLeaves(prepared: Prepared): Readonly<Record<string, AnyTensor>> {
  return Object.fromEntries(toLeaves(new Map(Object.entries(prepared))));
}

/** What a file of an attack holds: one of `prepared` and `training`. */
interface Saved {
  /** SHA-256 of the clean training images; null in a file of an older version. */
  readonly data: string | null;
  readonly prepared?: Prepared;
  readonly training?: AttackState;
}

const anything = json.predicate<unknown>((value) => value !== undefined, "there");
const training = json.object({
  finished: json.record(anything),
  running: json.nullable(json.object({ stage: json.string, step: json.integer({ min: 0 }), training: anything })),
});

async function readSaved(path: string, made: string, train: Dataset | null): Promise<Saved> {
  const tree = (decodeTree(await readBytes(path, largest), path) ?? {}) as Readonly<Record<string, unknown>>;
  if (tree["made"] !== made) {
    throw new DataError(`${path}: was made with other options of the attack, or another seed`, [
      `expects ${made}`,
      "give the options that the run had, or make it anew in another folder",
    ]);
  }
  const data = typeof tree["data"] === "string" ? tree["data"] : null;
  if (train !== null && data !== null && data !== dataDigest(train)) {
    throw new DataError(`${path}: was made with other training images`, ["make it anew in another folder"]);
  }
  if (tree["training"] !== undefined) return { data, training: json.check(training, tree["training"], path) };
  const entries = Object.entries((tree["prepared"] ?? {}) as Readonly<Record<string, unknown>>);
  if (!entries.every(([, value]) => isTensor(value))) throw new DataError(`${path}: damaged, holds no arrays`);
  return { data, prepared: Object.fromEntries(await readTensors(entries as [string, AnyTensor][])) };
}

/** The picture of the option `image`, where an attack has one. */
async function readPictures({ image }: { readonly image?: string | null }): Promise<ReadonlyMap<string, Picture>> {
  if (image === undefined || image === null) return new Map();
  try {
    const bytes = await readBytes(image);
    const { height, width, channels } = await probePicture(bytes, sharpDecoder);
    const pixels = await decodePicture(bytes, { height, width, channels }, sharpDecoder);
    return new Map([[image, { pixels, height, width, channels }]]);
  } catch (error) {
    if (!(error instanceof DataError) || error.message.startsWith(image)) throw error;
    throw new DataError(`${image}: ${error.message}`);
  }
}
