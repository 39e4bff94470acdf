import type { ClassSuspects, Finding } from "../backdoor/diagnostics.ts";
import type { Evaluation } from "../backdoor/evaluation.ts";
import type { Flag } from "../backdoor/flags.ts";
import type { Rate } from "../backdoor/metrics.ts";
import type { DeviceInfo } from "../tensor/device.ts";
import type { RunConfig } from "./run-config.ts";
import type { RunIdentity } from "./run-identity.ts";
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
  /** Clean accuracy of the target class. */
  readonly targetAccuracy: number | null;
  /** Clean accuracy per class, by label. */
  readonly classAccuracy: readonly number[];
  /** With several attacks, those after the first, of which the rates above are. */
  readonly others: readonly AttackRates[];
}

/** Rates of a further attack, percent. */
export interface AttackRates {
  readonly attack: string;
  readonly asr: number;
  readonly ra: number;
  readonly cleanTargetRate: number;
  readonly targetAccuracy: number;
}

/** One line of the table. */
export interface Result extends Rates {
  readonly defence: string;
  /** What makes the rates mean something else than it seems. */
  readonly flags: readonly Flag[];
  /** Floating-point operations of all programs that the defence ran, evaluation on test images not included. */
  readonly flops: number;
  /** `flops` ÷ those of one forward pass of the delivered model over the training set. */
  readonly forwardEquivalents: number;
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
export interface RunReport extends RunIdentity {
  readonly config: RunConfig;
  readonly versions: Versions;
  readonly device: Pick<DeviceInfo, "kind" | "adapterClass" | "description">;
  /** Sizes of the sets behind the rates. */
  readonly sets: {
    readonly train: number;
    readonly poisoned: number;
    /** Clean images that the defences which need some were given; left out where none does. */
    readonly clean?: number | undefined;
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
  readonly finding: Finding;
  /** Training images and suspects per class, by label. */
  readonly classes: readonly ClassSuspects[];
  /** Percent. */
  readonly estimatedPoisonRate: number;
  readonly suspectedTarget: number;
  /** With known poison only. */
  readonly auroc: number | null;
  /**
   * Share of poison among the images that a scan names, or, of a defence that only ranks, among as many most suspect images as there is
   * poison; percent. With known poison only.
   */
  readonly precision: number | null;
  /** Share of the poison that a scan names, percent. With known poison and a scan only. */
  readonly recall: number | null;
}

/** Percent to four places. */
export function percent(rate: number): number {
  return Math.round(rate * 1e6) / 1e4;
}

/** An evaluation in percent. */
export function ratesOf(evaluation: Evaluation): Rates {
  const { ca, asr, ra, cleanTargetRate, targetAccuracy, classAccuracy, others = [] } = evaluation;
  const orNull = (value: Rate | undefined): number | null => (value === undefined ? null : percent(value.rate));
  return {
    ca: percent(ca.rate),
    asr: orNull(asr),
    ra: orNull(ra),
    cleanTargetRate: orNull(cleanTargetRate),
    targetAccuracy: orNull(targetAccuracy),
    classAccuracy: classAccuracy.map(({ rate }) => percent(rate)),
    others: others.map((other) => ({
      attack: other.name,
      asr: percent(other.asr.rate),
      ra: percent(other.ra.rate),
      cleanTargetRate: percent(other.cleanTargetRate.rate),
      targetAccuracy: percent(other.targetAccuracy.rate),
    })),
  };
}

/** The report as JSON. */
export function formatReport(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
