import type { Evidence } from "./evidence.ts";
import type { Html } from "./html.ts";
import { html, raw } from "./html.ts";
import type { CellGroup, Place, ReportCell, Setting } from "./report-cell.ts";
import { nameSetting } from "./report-cell.ts";

/** The training of a group that is drawn: the first that has evidence. */
export interface Shown {
  readonly place: Place;
  readonly cell: ReportCell;
  readonly evidence: Evidence;
}

/** What can be drawn of a setting, by defence. */
export function shownOf({ groups }: Setting): readonly Shown[] {
  return groups.flatMap(({ cells }) => {
    const cell = cells.find(({ evidence }) => evidence !== null);
    return cell === undefined ? [] : [{ place: cell.place, cell, evidence: cell.evidence! }];
  });
}

/** Says of which trainings a section can show nothing, and why. */
export function missingSaid(settings: readonly Setting[], what: string): Html {
  const without = settings.flatMap(({ groups }) => groups.filter(isWithout));
  if (without.length === 0) return html``;
  const all = settings.reduce((sum, { groups }) => sum + groups.length, 0);
  const names =
    without.length === all
      ? "all trainings"
      : without.map(({ place }) => `${nameSetting(place)}, ${place.defence}`).join("; ");
  return html`<p>No ${what} of ${names}: <code>evidence-DEFENCE.safetensors</code> is not in the run's folder. It was trained before such files were
written, or only its cell was copied, without <code>runs/</code>.</p>\n`;
}

function isWithout({ cells }: CellGroup): boolean {
  return cells.every(({ evidence }) => evidence === null);
}

/** Folded but for the first ones; on paper all are open. */
export function folded(title: string, at: number, content: Html): Html {
  return html`<details class="part"${at < mostOpen ? raw(" open") : ""}><summary>${title}</summary>\n${content}</details>\n`;
}

const mostOpen = 3;
