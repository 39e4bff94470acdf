import { defences } from "../backdoor/defences/index.ts";
import { none } from "../backdoor/defences/none.ts";
import type { CellLabels } from "../experiment/index.ts";
import type { Evidence } from "../report/evidence.ts";
import type { ReportCell } from "../report/report-cell.ts";
import { printable } from "../tensor/printable.ts";
import type { CheckedReport } from "./check-report.ts";
import type { RankedCell } from "./ranked-tables.ts";

/** A training of a folder: a cell of an experiment, or one defence of a run. */
export interface FoundCell {
  readonly name: string;
  readonly labels: CellLabels;
  readonly report: CheckedReport;
  /** All of its configuration, as it stands in the file. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** One cell per defence of a run, named as an experiment names cells that give no labels. */
export function cellsOfRun(report: CheckedReport, config: FoundCell["config"]): readonly FoundCell[] {
  const { dataset, attacks, model, seed } = report.config;
  const attack = attacks.map(({ name }) => name).join(", ") || "none";
  return report.results.map((result) => ({
    name: report.run,
    labels: { data: dataset.format, attack, model, defence: result.defence, seed },
    report: {
      ...report,
      results: [result],
      epochs: report.epochs.filter(({ defence }) => defence === result.defence),
      suspects: report.suspects?.defence === result.defence ? report.suspects : null,
    },
    config,
  }));
}

/** By data set, model, attack, defence and seed; in each, what undoes or does nothing comes first. */
export function inOrder(cells: readonly FoundCell[]): readonly FoundCell[] {
  const axes = ["data", "model", "attack", "defence", "seed"] as const;
  const compare = (a: string, b: string): number =>
    Number(b === "none") - Number(a === "none") || a.localeCompare(b, "en", { numeric: true });
  return [...cells].sort((a, b) => {
    const [one, other] = [a.labels, b.labels];
    const order = axes.map((axis) => compare(String(one[axis]), String(other[axis])));
    return order.find((sign) => sign !== 0) ?? compare(a.name, b.name);
  });
}

/**
 * Cells of which no two have the same labels: what is no other training but by its code, or by a setting that the labels do not say,
 * stands beside the first under its own name.
 */
export function withOwnLabels(cells: readonly FoundCell[]): readonly FoundCell[] {
  const taken = new Set<string>();
  return cells.map((cell) => {
    const key = JSON.stringify(cell.labels);
    if (!taken.has(key)) {
      taken.add(key);
      return cell;
    }
    return { ...cell, labels: { ...cell.labels, defence: `${cell.labels.defence} (${cell.name})` } };
  });
}

export function rankedOf({ labels, report }: FoundCell): RankedCell {
  return { labels, result: report.results[0]!, sets: report.sets };
}

/** A cell as a page shows it. */
export function reportCellOf({ name, labels, report, config }: FoundCell, evidence: Evidence | null): ReportCell {
  const { results, epochs, sets, suspects, versions, device } = report;
  const result = results[0]!;
  return {
    name,
    place: labels,
    defence: result.defence,
    needs: defences.find((one) => one.name === result.defence)?.needs ?? "nothing", // a file may name one that is gone
    undefended: result.defence === none.name,
    attackRate: attackRateOf(report),
    result,
    epochs: epochs.map(({ means, ...epoch }) => ({
      ...epoch,
      means: Object.fromEntries(
        Object.entries(means).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
      ),
    })),
    sets,
    evidence,
    auroc: suspects?.auroc ?? null,
    settings: {
      ...Object.fromEntries(flat(config, "")),
      ...Object.fromEntries(Object.entries(versions).map(([key, value]) => [`version of ${key}`, value])),
      "runs on": device.description,
    },
  };
}

/** Of a run with one attack that has a rate. */
function attackRateOf({ config: { attacks } }: CheckedReport): ReportCell["attackRate"] {
  const [attack, ...others] = attacks;
  if (attack === undefined || others.length > 0) return null;
  const { rate, ...rest } = attack.options;
  if (typeof rate !== "number") return null;
  return { family: familyOf(attack.name, rest), rate };
}

/** An attack's name, and options that say what else it is, as far as they are set. */
function familyOf(name: string, options: Readonly<Record<string, unknown>>): string {
  const said = flat(options, "").map(([key, value]) => `${key} ${value}`);
  return said.length === 0 ? name : `${name} (${said.join(", ")})`;
}

/** Leaves of a tree by path, in the tree's order. */
function flat(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (
    typeof value !== "object" ||
    value === null ||
    (Array.isArray(value) && value.every((one) => typeof one !== "object"))
  ) {
    return [[path, printable(typeof value === "string" ? value : JSON.stringify(value), 300)]];
  }
  const named = Array.isArray(value)
    ? value.map((one, i) => [nameIn(one) ?? String(i), one] as const)
    : Object.entries(value).filter(([key]) => !(key === "name" && path !== ""));
  return named.flatMap(([key, one]) => flat(one, path === "" ? key : `${path}.${key}`));
}

function nameIn(value: unknown): string | undefined {
  const { name } = value as { readonly name?: unknown };
  return typeof name === "string" ? name : undefined;
}
