import type { CellLabels } from "../experiment/index.ts";
import type { ReportCell, ReportRates } from "../report/report-cell.ts";
import * as json from "../tensor/json-schema.ts";

// Reports as they stand in files, which may be of another version of this program, or damaged: what a page shows of them is checked.

/** What a page shows of `run.json`. */
export interface CheckedReport extends Pick<ReportCell, "sets"> {
  readonly run: string;
  readonly config: {
    readonly dataset: { readonly format: string };
    readonly attacks: readonly { readonly name: string; readonly options: Readonly<Record<string, unknown>> }[];
    readonly model: string;
    readonly seed: number;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly device: { readonly description: string };
  readonly epochs: readonly (ReportRates & {
    readonly defence: string;
    readonly phase: string;
    readonly means: Readonly<Record<string, number | null>>;
  })[];
  readonly results: readonly (ReportCell["result"] & { readonly defence: string })[];
  readonly suspects: { readonly defence: string; readonly auroc: number | null } | null;
}

/** What a page shows of a finished cell. */
export interface CheckedCell {
  readonly labels: CellLabels;
  readonly report: CheckedReport;
}

/** What a page shows of a failed one. */
export interface CheckedFailure {
  readonly labels: CellLabels;
  readonly error: string;
}

const rate = json.number({ min: 0, max: 100 });
const rateOrNull = json.nullable(rate);
const count = json.integer({ min: 0 });
const anything = (value: unknown): unknown => value;

const rates = { ca: rate, asr: rateOrNull, ra: rateOrNull, cleanTargetRate: rateOrNull, targetAccuracy: rateOrNull };
const flag = json.variants("kind", {
  collapsed: json.object({ kind: json.literal("collapsed") }),
  "class lost": json.object({ kind: json.literal("class lost"), label: count }),
  "target class lost": json.object({ kind: json.literal("target class lost") }),
  "attack not learned": json.object({ kind: json.literal("attack not learned") }),
});
const named = json.object({ name: json.string, options: json.record(anything) });

const report: json.Schema<CheckedReport> = json.object({
  run: json.string,
  config: json.object({
    dataset: json.object({ format: json.string }),
    attacks: json.list(named),
    model: json.string,
    seed: count,
  }),
  versions: json.record(json.string),
  device: json.object({ description: json.string }),
  sets: json.object({ train: count, poisoned: count, clean: json.optional(count), test: count, triggered: count }),
  epochs: json.list(
    json.object({
      defence: json.string,
      phase: json.string,
      means: json.record(json.nullable(json.number())),
      ...rates,
    }),
  ),
  results: json.list(
    json.object({
      defence: json.string,
      ...rates,
      classAccuracy: json.list(rate),
      flags: json.list(flag),
      forwardEquivalents: json.optional(json.number({ min: 0 })),
      seconds: json.number({ min: 0 }),
    }),
  ),
  suspects: json.nullable(json.object({ defence: json.string, auroc: json.nullable(json.number({ min: 0, max: 1 })) })),
});

const labels = json.object({
  data: json.string,
  attack: json.string,
  model: json.string,
  defence: json.string,
  seed: count,
});

const cell: json.Schema<CheckedCell> = json.object({ labels, report });
const failure: json.Schema<CheckedFailure> = json.object({ labels, error: json.string });

const configured = json.object({ config: json.record(anything) });

/** All of the configuration in a report, by name. */
export function configOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  return json.check(configured, value, path).config;
}

/** @throws DataError naming the first field that does not fit. */
export function checkReport(value: unknown, path: string): CheckedReport {
  return json.check(report, value, path);
}

/** @throws DataError naming the first field that does not fit. */
export function checkCell(value: unknown, path: string): CheckedCell {
  return json.check(cell, value, path);
}

/** @throws DataError naming the first field that does not fit. */
export function checkFailure(value: unknown, path: string): CheckedFailure {
  return json.check(failure, value, path);
}
