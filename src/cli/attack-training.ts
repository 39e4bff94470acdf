import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Attack, Prepared } from "../backdoor/attack.ts";
import { prepareAttack } from "../backdoor/poison.ts";
import type { Dataset } from "../data/dataset.ts";
import { decodePicture, probePicture } from "../data/decode-picture.ts";
import type { Picture } from "../formats/png.ts";
import { decodeTree, encodeTree, readBytes, readTensors, sharpDecoder, toLeaves } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { isTensor } from "../tensor/tensor.ts";
import type { LazyDevice } from "./device-option.ts";
import type { Io } from "./io.ts";
import { openProgress } from "./progress.ts";
import { sorted } from "./run-identity.ts";

/** Where an attack's networks come from: a file of an earlier run, or training. */
export interface AttackWorkplace {
  readonly io: Io;
  readonly device: LazyDevice;
  /** The folder of a run, or of a poisoned set, that may hold what was trained; null for none. */
  readonly folder: string | null;
}

/** What an attack trained, and the device to stamp with. */
export interface PreparedAttack {
  readonly prepared: Prepared;
  /** The picture that the options name, by its path. */
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly device: Device | undefined;
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

/** Reads what an attack trained, or trains it. @throws DataError for a file of other options; ConfigError where there is none and no set to train on. */
export async function preparedFor(task: AttackTask, { io, device, folder }: AttackWorkplace): Promise<PreparedAttack> {
  const { attack, options, seed, train, taken } = task;
  const pictures = await readPictures(options);
  if (attack.prepare === undefined) return { prepared: {}, pictures, device: undefined, file: null };
  const name = `attack-${attack.name}.safetensors`;
  const made = JSON.stringify(sorted({ name: attack.name, options, seed }));
  const fileOf = (prepared: Prepared): PreparedAttack["file"] => ({
    name,
    content: () => encodeTree({ made, prepared: Object.fromEntries(toLeaves(new Map(Object.entries(prepared)))) }),
  });
  const path = folder === null ? null : join(folder, name);
  if (path !== null && existsSync(path)) {
    const prepared = await readPrepared(path, made);
    return { prepared, pictures, device: await device.open(), file: fileOf(prepared) };
  }
  if (train === null) {
    throw new ConfigError(`--attack ${attack.name}: there is no ${path ?? name}`, [
      "a train run with --out, and poison, write it beside their results",
    ]);
  }
  const opened = await device.open();
  const progress = openProgress(io);
  const prepared = await prepareAttack(attack, train, options, {
    device: opened,
    seed,
    taken,
    onProgress: ({ stage, step, steps }) =>
      progress.step({ label: `${attack.name}: ${stage}`, epoch: (100 * step) / steps, epochs: 100, unit: "percent" }),
  });
  progress.end();
  return { prepared, pictures, device: opened, file: fileOf(prepared) };
}

async function readPrepared(path: string, made: string): Promise<Prepared> {
  const tree = decodeTree(await readBytes(path, largest), path) as { made?: unknown; prepared?: unknown } | null;
  if (tree?.made !== made) {
    throw new DataError(`${path}: was made with other options of the attack, or another seed`, [
      `expects ${made}`,
      "give the options that the run had, or make it anew in another folder",
    ]);
  }
  const entries = Object.entries((tree.prepared ?? {}) as Readonly<Record<string, unknown>>);
  if (!entries.every(([, value]) => isTensor(value))) throw new DataError(`${path}: damaged, holds no arrays`);
  return Object.fromEntries(await readTensors(entries as [string, AnyTensor][]));
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
