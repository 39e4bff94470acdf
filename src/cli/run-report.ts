import { defences } from "../backdoor/defences/index.ts";
import type { Evaluation } from "../backdoor/evaluation.ts";
import type { Rate } from "../backdoor/metrics.ts";
import type { DeviceInfo } from "../tensor/device.ts";
import type { RunConfig } from "./run-config.ts";
import { byName } from "./run-config.ts";
import { formatTable } from "./table.ts";
import type { Versions } from "./versions.ts";

/** Rates in percent; those about the trigger are null without an attack. */
export interface Rates {
  /** Clean accuracy. */
  readonly ca: number;
  /** Attack success rate: triggered images of other classes called the target. */
  readonly asr: number | null;
  /** Triggered images of other classes called by their true label. */
  readonly ra: number | null;
  /** Clean images of other classes called the target: the ASR of a model that knows no trigger. */
  readonly cleanTargetRate: number | null;
}

/** One line of the table. */
export interface Result extends Rates {
  readonly defence: string;
  /** Training, evaluation after each epoch included. */
  readonly seconds: number;
  /** Images that training steps took in per second. */
  readonly imagesPerSecond: number;
}

/** One epoch of one model. */
export interface EpochRecord extends Rates {
  readonly defence: string;
  readonly phase: string;
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's steps: loss, and with the defence its parts. */
  readonly means: Readonly<Record<string, number>>;
}

/** What `run.json` holds. */
export interface RunReport {
  readonly config: RunConfig;
  readonly versions: Versions;
  readonly device: Pick<DeviceInfo, "kind" | "adapterClass" | "description">;
  /** Sizes of the sets behind the rates. */
  readonly sets: {
    readonly train: number;
    readonly poisoned: number;
    readonly test: number;
    /** Triggered images: the test images of other classes than the target. */
    readonly triggered: number;
  };
  readonly epochs: readonly EpochRecord[];
  readonly results: readonly Result[];
  /** What the last defence that ranks the training images says of them; null if none does. */
  readonly suspects: SuspectReport | null;
}

/** What a ranking of the training images says. */
export interface SuspectReport {
  readonly defence: string;
  /** Percent. */
  readonly estimatedPoisonRate: number;
  readonly suspectedTarget: number;
  /** With known poison only. */
  readonly auroc: number | null;
  /** Share of poison among as many most suspect images as there is poison, percent. With known poison only. */
  readonly precision: number | null;
}

/** Percent to four places. */
export function percent(rate: number): number {
  return Math.round(rate * 1e6) / 1e4;
}

/** An evaluation in percent. */
export function ratesOf({ ca, asr, ra, cleanTargetRate }: Evaluation): Rates {
  const orNull = (value: Rate | undefined): number | null => (value === undefined ? null : percent(value.rate));
  return { ca: percent(ca.rate), asr: orNull(asr), ra: orNull(ra), cleanTargetRate: orNull(cleanTargetRate) };
}

/** The report as JSON. */
export function formatReport(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

const needs = { nothing: "", cleanSubset: " (needs a clean subset)", poisonRate: " (needs the poison rate)" } as const;

/** A defence's name, with what it must be given besides the training set. */
function labelOf(name: string): string {
  return name + needs[byName(defences, name).needs];
}

/** The table that `train` prints. */
export function formatResults(results: readonly Result[]): string {
  const show = (value: number | null): string => (value === null ? "-" : value.toFixed(1));
  return formatTable(
    ["defence", "CA %", "ASR %", "clean target %", "RA %", "seconds", "images/s"],
    results.map((result) => [
      labelOf(result.defence),
      show(result.ca),
      show(result.asr),
      show(result.cleanTargetRate),
      show(result.ra),
      result.seconds.toFixed(1),
      result.imagesPerSecond.toFixed(0),
    ]),
  );
}
