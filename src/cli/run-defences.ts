import { join } from "node:path";
import { writeAtomically } from "../node/index.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import { formatResults } from "./format-results.ts";
import type { Io } from "./io.ts";
import { encodeModel } from "./model-file.ts";
import type { OpenRun } from "./prepare-run.ts";
import { openProgress } from "./progress.ts";
import { runDefence } from "./run-defence.ts";
import type { RunReport } from "./run-report.ts";
import { formatReport } from "./run-report.ts";
import type { RunState } from "./run-state.ts";
import { saveRunState } from "./run-state.ts";
import { rankSuspects } from "./suspects.ts";
import { versions } from "./versions.ts";

/** Trains with each defence in turn, writes what `--out` asks for, prints the table. */
export async function runDefences(run: OpenRun, io: Io): Promise<ExitCode> {
  const { config, device, folder, saved } = run;
  const progress = openProgress(io);
  const description = device.info().description;
  if (saved !== undefined && saved.device !== description) {
    progress.note(`the run began on ${saved.device}: its last bits may differ from here on`);
  }
  let stop = false;
  const forget = io.onInterrupt(() => {
    stop = true;
    progress.note("stopping after this step; once more to stop at once");
  });
  const nothing = { results: [], epochs: [], suspects: null, training: null, spent: { seconds: 0, images: 0 } };
  let state: RunState = saved ?? { format: 2, config, device: description, ...nothing };
  const save = async (): Promise<void> => {
    if (folder !== undefined) await saveRunState(folder, state);
  };
  try {
    for (const defence of config.defences.slice(state.results.length)) {
      const begun = state;
      const outcome = await runDefence({
        run,
        defence,
        begun,
        progress,
        shouldStop: () => stop,
        onEpoch: async (training, epochs, spent) => {
          state = { ...begun, training, epochs, spent };
          await save();
        },
      });
      if (outcome.kind === "stopped") {
        state = { ...begun, training: outcome.training, epochs: outcome.epochs, spent: outcome.spent };
        await save();
        progress.end();
        const where =
          folder === undefined ? "nothing is saved without --out" : `go on with: deconfound train --resume ${folder}`;
        progress.note(`stopped; ${where}`);
        return exitCode.interrupted;
      }
      const { trained, result, epochs } = outcome;
      const suspects =
        trained.suspicion === undefined ? state.suspects : await rankSuspects(run, defence.name, trained, progress);
      if (folder !== undefined) {
        const bytes = await encodeModel(
          { model: config.model, ...run.shape, classNames: run.data.train.classNames },
          trained.network,
        );
        writeAtomically(join(folder, `model-${defence.name}.safetensors`), bytes);
      }
      device.free(trained.state);
      state = { ...begun, results: [...begun.results, result], epochs, suspects, training: null, spent: nothing.spent };
      if (folder !== undefined) writeAtomically(join(folder, "run.json"), formatReport(reportOf(run, state)));
      await save();
    }
  } finally {
    forget();
    progress.end();
  }
  io.out(run.json ? formatReport(reportOf(run, state)) : formatResults(state.results, run.data.train.classNames));
  return exitCode.ok;
}

function reportOf({ config, device, data }: OpenRun, { results, epochs, suspects }: RunState): RunReport {
  const { kind, adapterClass, description } = device.info();
  const { dataset, attack } = data.test;
  const triggered =
    attack === undefined ? 0 : dataset.labels.filter((label) => label !== attack.targetOf(label)).length;
  return {
    config,
    versions: versions(),
    device: { kind, adapterClass, description },
    sets: { train: data.train.count, poisoned: data.poisoned?.length ?? 0, test: dataset.count, triggered },
    epochs,
    results,
    suspects,
  };
}
