import { setImmediate as turn } from "node:timers/promises";
import type { Attack, Prepared } from "../backdoor/attack.ts";
import type { AttackState } from "../backdoor/attack-state.ts";
import { prepareAttack } from "../backdoor/poison.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Device } from "../tensor/device.ts";
import { exitCode } from "./exit-code.ts";
import { Interrupted } from "./interrupted.ts";
import type { Io } from "./io.ts";
import { openProgress } from "./progress.ts";

/** Where the training of an attack is saved while it goes on. */
export interface AttackSaving {
  /** Makes sure, before anything is trained, that files can be written. */
  open(): Promise<void>;
  /** @returns why the file could not be written, if so; it is written at the next call then. */
  save(name: string, content: Uint8Array, device: Device): Promise<string | undefined>;
  /** The command that goes on with what was saved, such as `train --resume DIR`. */
  readonly goOn: string;
}

/** What is trained, and where. */
export interface AttackTraining {
  readonly attack: Attack;
  readonly options: object;
  readonly seed: number;
  readonly train: Dataset;
  readonly taken?: ReadonlySet<number> | undefined;
  readonly device: Device;
  readonly residentBytes: number | undefined;
  /** Where an earlier training stood. */
  readonly resume: AttackState | undefined;
  readonly saving: AttackSaving | null;
  /** The attack's file, and what it holds. */
  readonly file: string;
  readonly content: (of: { prepared: Prepared } | { training: AttackState }) => Promise<Uint8Array>;
}

/** Trains what an attack needs, with a line of progress, and saves it as it goes on. @throws Interrupted if it was stopped. */
export async function trainAttack(
  { attack, options, saving, file, content, device, ...given }: AttackTraining,
  io: Io,
): Promise<Prepared> {
  await saving?.open();
  const progress = openProgress(io);
  let stop = false;
  const forget = io.onInterrupt(() => {
    stop = true;
    progress.note("stopping after this step; once more to stop at once");
  });
  let unwritten: string | undefined; // why the last save failed
  const save = async (of: { prepared: Prepared } | { training: AttackState }): Promise<void> => {
    if (saving !== null) unwritten = await saving.save(file, await content(of), device);
  };
  try {
    const prepared = await prepareAttack(attack, given.train, options, {
      ...given,
      device,
      shouldStop: () => stop,
      onProgress: async ({ stage, step, steps }) => {
        progress.step({ label: `${attack.name}: ${stage}`, epoch: (100 * step) / steps, epochs: 100, unit: "percent" });
        await turn(); // lets signals in
      },
      onState: async (training) => {
        await save({ training });
        if (unwritten !== undefined) progress.note(`not saved: ${unwritten}; training goes on, and tries again`);
      },
    });
    if (prepared === null) throw stopped(saving, unwritten);
    await save({ prepared });
    return prepared;
  } finally {
    forget();
    progress.end();
  }
}

function stopped(saving: AttackSaving | null, unwritten: string | undefined): Interrupted {
  if (saving === null) return new Interrupted("stopped; nothing is saved without --out", exitCode.interrupted);
  if (unwritten === undefined) return new Interrupted(`stopped; go on with: ${saving.goOn}`, exitCode.interrupted);
  return new Interrupted(`stopped; not everything was written: ${unwritten}`, exitCode.notWritten);
}
