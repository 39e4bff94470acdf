import { setImmediate as turn } from "node:timers/promises";
import { defences } from "../backdoor/defences/index.ts";
import { none } from "../backdoor/defences/none.ts";
import type { Evaluation } from "../backdoor/evaluation.ts";
import { flagsOf } from "../backdoor/flags.ts";
import type { EpochReport, LabState } from "../backdoor/lab-state.ts";
import type { Progress as StepProgress } from "../backdoor/phase-context.ts";
import type { Trained, TrainOptions } from "../backdoor/train.ts";
import { trainDefence } from "../backdoor/train.ts";
import { code } from "./code.generated.ts";
import { residentBytesOf } from "./device-option.ts";
import type { OpenRun } from "./prepare-run.ts";
import type { Progress } from "./progress.ts";
import type { Named } from "./run-config.ts";
import { byName } from "./run-config.ts";
import { dataDigest } from "./run-identity.ts";
import type { EpochRecord, Rates, Result } from "./run-report.ts";
import { ratesOf } from "./run-report.ts";
import type { RunState } from "./run-state.ts";

/** What training with one defence needs. */
interface Assignment {
  readonly run: OpenRun;
  readonly defence: Named;
  /** The run before this defence, or in its midst. */
  readonly begun: RunState;
  readonly progress: Progress;
  shouldStop(): boolean;
  /** With the state to save, and all epochs of the run so far. */
  onEpoch(training: LabState, epochs: readonly EpochRecord[]): Promise<void>;
}

/** Either a trained model and its line of the table, or the state to go on from. */
export type Outcome =
  | {
      readonly kind: "done";
      readonly trained: Trained<object, object>;
      readonly result: Result;
      readonly epochs: readonly EpochRecord[];
    }
  | {
      readonly kind: "stopped";
      readonly training: LabState;
      readonly epochs: readonly EpochRecord[];
    };

/** A run's preset, where the defence has it. */
function presetOf(defence: string, preset: string): string | undefined {
  return Object.hasOwn(byName(defences, defence).presets ?? {}, preset) ? preset : undefined;
}

/** Trains with one defence, from the start or from where `begun` stands. */
export async function runDefence(assignment: Assignment): Promise<Outcome> {
  const { run, defence, begun, progress } = assignment;
  const { name } = defence;
  const { config, device, data, clean, classifier, initial } = run;
  let epochs = begun.epochs;
  const record = ({ evaluation, phase, epoch, means }: EpochReport): void => {
    // the networks of a scan have no accuracy to show
    if (evaluation !== null) epochs = [...epochs, { defence: name, phase, epoch, means, ...ratesOf(evaluation) }];
  };
  const show = showProgress(assignment);
  const options: TrainOptions<object, object> = {
    device,
    dataset: data.train,
    clean: byName(defences, name).needs === "cleanSubset" ? (clean ?? undefined) : undefined,
    test: data.test,
    residentBytes: residentBytesOf(config),
    classifier,
    preset: presetOf(name, config.preset),
    options: { ...config.training, ...defence.options },
    seed: config.seed,
    initial,
    ...(begun.training === null ? {} : { resume: begun.training }),
    shouldStop: assignment.shouldStop,
    onProgress: async (step) => {
      await show.step(step);
      await turn(); // lets signals in
    },
    onEpoch: async (report, training) => {
      record(report);
      if (report.evaluation !== null) show.epoch(report, report.evaluation);
      await assignment.onEpoch(training, epochs);
    },
    shared: run.shared?.phases(scopeOf(run)),
    onShared: async (reports, training) => {
      for (const report of reports) record(report);
      await assignment.onEpoch(training, epochs);
    },
  };
  const trained = await trainDefence(byName(defences, name), options);
  if (trained.stopped) return { kind: "stopped", training: trained.state, epochs };
  const { seconds, images, flops, forwardEquivalents } = trained.cost;
  const evaluation = trained.evaluation!;
  progress.end();
  const result = {
    defence: name,
    ...ratesOf(evaluation),
    flags: flagsOf(evaluation, { undefended: name === none.name, targetAccuracy: undefendedTarget(begun) }),
    flops,
    forwardEquivalents,
    seconds,
    imagesPerSecond: images / seconds,
  };
  return { kind: "done", trained, result, epochs };
}

/** What runs must have in common to share phases, besides what a phase's key says. */
function scopeOf({ config, device, data, identity }: OpenRun): readonly string[] {
  const { dataset, attack, others = [] } = data.test;
  const triggered = [...(attack === undefined ? [] : [attack]), ...others].map((one) => dataDigest(one.triggered));
  const where = [device.info().description, config.tuning, code];
  return [JSON.stringify([config.attacks, config.model, ...where]), identity.data, dataDigest(dataset), ...triggered];
}

/** The target's accuracy without a defence, 0 … 1, where the run has trained such a model before. */
function undefendedTarget({ results }: RunState): number | undefined {
  const accuracy = results.find(({ defence }) => defence === none.name)?.targetAccuracy ?? null;
  return accuracy === null ? undefined : accuracy / 100;
}

function showProgress({ defence, progress }: Assignment): {
  step(step: StepProgress): Promise<void>;
  epoch(report: EpochReport, evaluation: Evaluation): void;
} {
  let loss: number | undefined;
  let rates: Partial<Rates> = {};
  let read = performance.now();
  let epochs = 0;
  const labelOf = (title: string): string => (title === "" ? defence.name : `${defence.name}: ${title}`);
  return {
    async step(step) {
      epochs = step.epochs;
      if (performance.now() - read > progress.readEvery) {
        loss = await step.loss();
        read = performance.now();
      }
      progress.step({ label: labelOf(step.title), epoch: step.epoch + step.step / step.steps, epochs, loss, ...rates });
    },
    epoch({ title, epoch, means }, evaluation) {
      rates = ratesOf(evaluation);
      progress.epoch({ label: labelOf(title), epoch, epochs, loss: means["loss"], ...rates });
    },
  };
}
