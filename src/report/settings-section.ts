import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { tableOf } from "./page.ts";
import type { ReportCell } from "./report-cell.ts";
import type { Section } from "./section.ts";
import { placeCells, placeHeader } from "./section.ts";

const needWords = { nothing: "nothing", cleanSubset: "clean images", poisonRate: "the poison rate" } as const;

/** What was set, what it ran on, and every training by itself. */
export function settingsSection(cells: readonly ReportCell[]): Section {
  const names = [...new Set(cells.flatMap(({ settings }) => Object.keys(settings)))].sort();
  const values = (name: string): string[] => [...new Set(cells.map(({ settings }) => settings[name] ?? "not set"))];
  const [same, other] = [
    names.filter((name) => values(name).length === 1),
    names.filter((name) => values(name).length > 1),
  ];
  const differing = other.flatMap((name) =>
    values(name).map((value) => {
      const own = cells.filter(({ settings }) => (settings[name] ?? "not set") === value);
      return [name, value, whose(own, cells)];
    }),
  );
  const header = [
    "name",
    ...placeHeader,
    "seed",
    "CA",
    "ASR",
    "RA",
    "clean target",
    "target class",
    "AUROC",
    "needs",
    "passes",
    "seconds",
  ];
  const rows = cells.map(({ name, place, needs, result, auroc }) => [
    ...[name, ...placeCells(place), place.seed],
    ...[result.ca, result.asr, result.ra, result.cleanTargetRate, result.targetAccuracy].map((rate) => rate ?? "-"),
    auroc === null ? "-" : Number(auroc.toFixed(4)),
    needWords[needs],
    result.forwardEquivalents === undefined ? "-" : Number(result.forwardEquivalents.toFixed(2)),
    Math.round(result.seconds),
  ]);
  const all = cells.flatMap(({ name, settings }) => Object.entries(settings).map(([key, value]) => [name, key, value]));
  const body = html`<h2>How it was made</h2>
<p>${cells.length} trainings; seeds ${[...new Set(cells.map(({ place }) => place.seed))].sort((a, b) => a - b).join(", ")}.</p>
${differing.length === 0 ? "" : html`<h3>Settings that differ</h3>\n${tableOf(["setting", "value", "trainings"], differing)}`}
${folded(
  `Settings that all trainings share (${same.length})`,
  tableOf(
    ["setting", "value"],
    same.map((name) => [name, values(name)[0]!]),
  ),
)}
${folded(`Every training by itself (${cells.length})`, tableOf(header, rows))}`;
  return { body, data: { trainings: { header, rows }, settings: { header: ["name", "setting", "value"], rows: all } } };
}

function folded(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>\n${content}</details>\n`;
}

const axes = ["data", "model", "attack", "defence", "seed"] as const;

/** Which trainings have a value, in as few words as are true: by one axis where that tells them from the others. */
function whose(own: readonly ReportCell[], all: readonly ReportCell[]): string {
  for (const axis of axes) {
    const labels = new Set(own.map(({ place }) => place[axis]));
    if (all.filter(({ place }) => labels.has(place[axis])).length === own.length) {
      return `${axis} ${[...labels].join("; ")}`;
    }
  }
  return `${own.length} of ${all.length}`;
}
