import { join } from "node:path";
import { encodeTree } from "../node/index.ts";
import { DataError } from "../tensor/errors.ts";
import { collectEvidence } from "./collect-evidence.ts";
import { encodeEvidence, evidenceName } from "./evidence-file.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import { className, formatResults } from "./format-results.ts";
import type { Io } from "./io.ts";
import { modelFiles } from "./model-files.ts";
import type { OpenRun } from "./prepare-run.ts";
import { openProgress } from "./progress.ts";
import { reportName, writeReport } from "./report-files.ts";
import { runDefence } from "./run-defence.ts";
import type { RunReport } from "./run-report.ts";
import { formatReport } from "./run-report.ts";
import type { RunState } from "./run-state.ts";
import { beginState, stateName } from "./run-state.ts";
import { rankSuspects } from "./suspects.ts";
import { versions } from "./versions.ts";

/** Trains with each defence in turn, writes what `--out` asks for, prints the table. */
export async function runDefences(run: OpenRun, io: Io): Promise<ExitCode> {
  const { config, device, folder, saved, identity } = run;
  const progress = openProgress(io);
  const description = device.info().description;
  if (saved !== undefined && saved.device !== description) {
    progress.note(`the run began on ${saved.device}: its last bits may differ from here on`);
  }
  const { missing, train } = run.data;
  if (missing.length > 0) {
    const names = missing.map((label) => className(label, train.classNames)).join(", ");
    progress.note(`no training images of class ${names}: a model cannot learn what it never sees`);
  }
  let stop = false;
  const forget = io.onInterrupt(() => {
    stop = true;
    progress.note("stopping after this step; once more to stop at once");
  });
  let state: RunState = saved === undefined ? beginState(config, identity, description) : { ...saved, identity };
  let unwritten: string | undefined; // why the last save failed
  const save = async (): Promise<void> => {
    if (folder === undefined) return;
    folder.put(stateName, await encodeTree(state));
    unwritten = await folder.flush();
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
        onEpoch: async (training, epochs) => {
          state = { ...begun, training, epochs };
          await save();
          if (unwritten !== undefined) progress.note(`not saved: ${unwritten}; training goes on, and tries again`);
        },
      });
      if (outcome.kind === "stopped") {
        state = { ...begun, training: outcome.training, epochs: outcome.epochs };
        await save();
        progress.end();
        if (unwritten !== undefined) return notWritten(run, unwritten, io);
        if (!stop) throw run.shared!.elsewhere();
        const where =
          folder === undefined
            ? "nothing is saved without --out"
            : `go on with: deconfound train --resume ${folder.path}`;
        progress.note(`stopped; ${where}`);
        return exitCode.interrupted;
      }
      const { trained, result, epochs } = outcome;
      const suspects =
        trained.suspicion === undefined ? state.suspects : await rankSuspects(run, defence.name, trained, progress);
      if (folder !== undefined) {
        const { network, scan } = trained;
        for (const { name, content } of await modelFiles(run, defence.name, network, scan?.alarm ?? null)) {
          folder.put(name, content);
        }
        folder.put(evidenceName(defence.name), await encodeEvidence(await collectEvidence(run, trained)));
      }
      device.free(trained.state);
      state = {
        ...begun,
        results: [...begun.results, result],
        epochs,
        suspects,
        training: null,
      };
      folder?.put("run.json", formatReport(reportOf(run, state)));
      await save();
    }
  } finally {
    forget();
    progress.end();
  }
  if (folder !== undefined && unwritten === undefined) unwritten = await reportIn(folder.path);
  const report = reportOf(run, state);
  io.out(run.json ? formatReport(report) : formatResults(report, run.data.train.classNames));
  return unwritten === undefined ? exitCode.ok : notWritten(run, unwritten, io);
}

/** Writes the run's page. @returns why it could not be written, if so. */
async function reportIn(folder: string): Promise<string | undefined> {
  try {
    await writeReport({ folder, out: join(folder, reportName) });
    return undefined;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return error.message.split("\n")[0]!;
  }
}

/** Says what was lost, and how to go on. */
function notWritten({ folder }: OpenRun, reason: string, io: Io): ExitCode {
  const { path } = folder!;
  const mend = folder!.resumable()
    ? `deconfound train --resume ${path} goes on from the last epoch that was saved`
    : "no epoch was saved: the run must begin anew";
  io.err(`deconfound train: not everything was written: ${reason}; once that is mended, ${mend}\n`);
  return exitCode.notWritten;
}

function reportOf(
  { config, device, data, clean, identity }: OpenRun,
  { results, epochs, suspects }: RunState,
): RunReport {
  const { kind, adapterClass, description } = device.info();
  const { dataset, attack } = data.test;
  const triggered =
    attack === undefined ? 0 : dataset.labels.filter((label) => label !== attack.targetOf(label)).length;
  return {
    ...identity,
    config,
    versions: versions(),
    device: { kind, adapterClass, description },
    sets: {
      train: data.train.count,
      poisoned: data.poisoned?.length ?? 0,
      ...(clean === null ? {} : { clean: clean.count }),
      test: dataset.count,
      triggered,
    },
    epochs,
    results,
    suspects,
  };
}
