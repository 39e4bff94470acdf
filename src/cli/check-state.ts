import type { Evaluation } from "../backdoor/evaluation.ts";
import type { Flag } from "../backdoor/flags.ts";
import type { EpochReport, FinishedPhase, LabState, PhaseCost, RunningPhase } from "../backdoor/lab-state.ts";
import type { Rate } from "../backdoor/metrics.ts";
import type { SharedPhase } from "../backdoor/phase-store.ts";
import type { Schema } from "../tensor/json-schema.ts";
import * as json from "../tensor/json-schema.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { isTensor } from "../tensor/tensor.ts";
import type { EpochRecord, Rates, Result, SuspectReport } from "./run-report.ts";
import type { RunState } from "./run-state.ts";

const count = json.integer({ min: 0 });
const anyNumber = json.predicate<number>((value) => typeof value === "number", "a number"); // NaN and ∞ too
const tensor = json.predicate<AnyTensor>(isTensor, "a tensor");
const anything = json.predicate<unknown>((value) => value !== undefined, "there");

const rates: Schema<Rates> = json.object({
  ca: json.number(),
  asr: json.nullable(json.number()),
  ra: json.nullable(json.number()),
  cleanTargetRate: json.nullable(json.number()),
  targetAccuracy: json.nullable(json.number()),
  classAccuracy: json.list(json.number()),
  others: json.list(
    json.object({
      attack: json.string,
      asr: json.number(),
      ra: json.number(),
      cleanTargetRate: json.number(),
      targetAccuracy: json.number(),
    }),
  ),
});

const flag: Schema<Flag> = json.variants("kind", {
  collapsed: json.object({ kind: json.literal("collapsed") }),
  "class lost": json.object({ kind: json.literal("class lost"), label: count }),
  "target class lost": json.object({ kind: json.literal("target class lost") }),
  "attack not learned": json.object({ kind: json.literal("attack not learned") }),
});

/** Fields in the order in which a run writes them, so that a resumed run's files have the same bytes. */
const result: Schema<Result> = inTurn(
  json.object({ defence: json.string }),
  rates,
  json.object({
    flags: json.list(flag),
    flops: json.number({ min: 0 }),
    forwardEquivalents: json.number({ min: 0 }),
    seconds: json.number({ min: 0 }),
    imagesPerSecond: json.number({ min: 0 }),
  }),
);

const epochRecord: Schema<EpochRecord> = inTurn(
  json.object({ defence: json.string, phase: json.string, epoch: count, means: json.record(anyNumber) }),
  rates,
  json.object({}),
);

const suspects: Schema<SuspectReport> = json.object({
  defence: json.string,
  finding: json.literal("nothing", "scattered", "wholeClass", "poison"),
  classes: json.list(json.object({ count, suspects: count })),
  estimatedPoisonRate: json.number(),
  suspectedTarget: count,
  auroc: json.nullable(json.number()),
  precision: json.nullable(json.number()),
  recall: json.nullable(json.number()),
});

const rate: Schema<Rate> = json.object({ rate: json.number(), count });
const ofAttack = json.object({ asr: rate, ra: rate, cleanTargetRate: rate, targetAccuracy: rate });
const named = json.object({ name: json.string });
const otherAttacks: Schema<NonNullable<Evaluation["others"]>> = json.list((value, place) => ({
  ...named(value, place),
  ...ofAttack(value, place),
}));
const ofImages = json.object({ ca: rate, classAccuracy: json.list(rate) });
/** The rates of the attack are all there, or none is. */
const evaluation: Schema<Evaluation> = (value, place) => ({
  ...ofImages(value, place),
  ...("asr" in (value as object) ? ofAttack(value, place) : {}),
  ...("others" in (value as object) ? { others: otherAttacks((value as Evaluation).others, `${place}.others`) } : {}),
});

const report: Schema<EpochReport> = json.object({
  phase: json.string,
  title: json.string,
  epoch: count,
  rates: json.record(json.number()),
  means: json.record(anyNumber),
  evaluation: json.nullable(evaluation),
});

const cost: Schema<PhaseCost> = json.object({
  seconds: json.number({ min: 0 }),
  images: count,
  flops: json.number({ min: 0 }),
});

const running: Schema<RunningPhase> = json.object({
  name: json.string,
  epoch: count,
  pass: count,
  step: count,
  training: anything,
  totals: json.record(tensor),
  seen: json.list(tensor),
  cost,
});

const finished: Schema<FinishedPhase> = json.object({ training: anything, seen: json.list(tensor), cost });

/** A phase that a cell of an experiment left for others. */
export const sharedPhase: Schema<SharedPhase> = json.object({
  training: anything,
  seen: json.list(tensor),
  cost,
  history: json.list(report),
});

const training: Schema<LabState> = json.object({
  finished: json.record(finished),
  running: json.nullable(running),
  history: json.list(report),
});

/** A state that was read from a file, but for its configuration. */
export const savedState: Schema<Omit<RunState, "format" | "config">> = json.object({
  identity: json.nullable(json.object({ run: json.string, data: json.string })),
  device: json.string,
  results: json.list(result),
  epochs: json.list(epochRecord),
  suspects: json.nullable(suspects),
  training: json.nullable(training),
});

/** The fields of three schemas. */
function inTurn<A extends object, B extends object, C extends object>(
  a: Schema<A>,
  b: Schema<B>,
  c: Schema<C>,
): Schema<A & B & C> {
  return (value, place) => ({ ...a(value, place), ...b(value, place), ...c(value, place) });
}
