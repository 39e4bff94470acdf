import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** A part of a section, and what it is of. */
export interface Part {
  readonly name: string;
  readonly body: Html;
}

/** As many parts as a section's share of the page holds, and which ones it does not. */
export function withinBytes(parts: readonly Part[], most: number): Html {
  let left = most;
  const shown = parts.filter(({ body }) => {
    left -= body.markup.length;
    return left >= 0;
  });
  const rest = parts.filter((part) => !shown.includes(part)).map(({ name }) => name);
  return html`${shown.map(({ body }) => body)}${
    rest.length === 0
      ? ""
      : html`<p>Left out, so that the page stays small: ${rest.join("; ")}. The report of the run's own folder, <code>runs/NAME</code>, shows it.</p>\n`
  }`;
}
