import { printable } from "../tensor/printable.ts";

/** A piece of a page: text that is markup, not to be escaped again. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | readonly Part[];

/**
 * Markup with values in it. A text among the values is escaped, control characters too, so whatever a file says stays text, in an
 * element and in a quoted attribute alike.
 */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: pieces.reduce((all, piece, i) => all + markupOf(parts[i - 1]!) + piece) };
}

/** Text that is markup already. */
export function raw(markup: string): Html {
  return { markup };
}

function markupOf(part: Part): string {
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return escape(part);
  return "markup" in part ? part.markup : part.map(markupOf).join("");
}

const longest = 2000; // characters of one value

function escape(text: string): string {
  return printable(text, longest)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
