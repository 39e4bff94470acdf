import { expect, test } from "vitest";
import type { Command } from "../../src/cli/command.ts";
import { helpFor } from "../../src/cli/help.ts";
import { wrapHelp } from "../../src/cli/wrap-help.ts";
import type { OptionRows } from "../../src/options/option.ts";

const text = (doc: string, fallback: string | null = null) =>
  ({ kind: "text", default: fallback, form: "T", doc, flag: "x" }) as const;
const owner = (name: string, options: OptionRows, kind = "attack") => ({
  name,
  options,
  chosenBy: `--${kind} ${name}`,
});

function helpOf(owners: Command["owners"]): string {
  const run = async () => 0 as const;
  const page = helpFor({ name: "look", summary: "looks", options: {}, owners: owners!, run }, 200);
  return /^ {2}--x T +(.*)$/m.exec(page)![1]!;
}

test.each([
  [
    "the same words and default in all records are said once",
    [owner("a", { x: text("words", "1") }), owner("b", { x: text("words", "1") })],
    "words [1]",
  ],
  [
    "another default stands with its record",
    [
      owner("a", { x: text("words", "1") }),
      owner("b", { x: text("words", "2") }),
      owner("c", { x: text("words", "1") }),
    ],
    "words [1; b: 2]",
  ],
  [
    "records that are not all of their kind are named together",
    [owner("a", { x: text("words", "1") }), owner("b", { x: text("words", "1") }), owner("c", {})],
    "a, b: words [1]",
  ],
  [
    "other words stand with their record, after those of most",
    [
      owner("a", { x: text("others", "1") }),
      owner("b", { x: text("words", "1") }),
      owner("c", { x: text("words", "1") }),
    ],
    "words [1]; a: others [1]",
  ],
  ["no default, no brackets", [owner("a", { x: text("words") }), owner("b", { x: text("words") })], "words"],
  [
    "records of two kinds are told apart",
    [owner("", { x: text("words", "1") }, ""), owner("a", { x: text("others", "2") }, "defence")],
    "words [1]; a: others [2]",
  ],
])("%s", (_, owners, wanted) => {
  expect(helpOf(owners)).toBe(wanted);
});

test("a page is laid out in columns: paragraphs, rows, commands", () => {
  const page =
    "one two three\nfour\n\nTitle\n  name    one two three four\n          five six seven eight nine\n  deconfound one --two three four\n\n";
  expect(wrapHelp(page, 30)).toBe(
    "one two three four\n\nTitle\n  name    one two three four\n          five six seven eight\n          nine\n  deconfound one --two three four\n\n",
  );
  expect(wrapHelp("  name  one two three four five", 5)).toBe("  name  one two three four\n        five"); // never narrower than 20
});
