import * as fc from "fast-check";
import { expect, test } from "vitest";
import { printable } from "../../src/tensor/printable.ts";

test.each([
  ["plain text, é 漢 😀", "plain text, é 漢 😀"],
  ["two\nlines\tand a tab\r", "two\\nlines\\tand a tab\\u{d}"],
  ["\u001b[2J\u009b31m\u0007", "\\u{1b}[2J\\u{9b}31m\\u{7}"],
  ["right \u202e to left, \u2066 isolate", "right \\u{202e} to left, \\u{2066} isolate"],
  ["half \ud83d a character", "half \\u{d83d} a character"],
  ["\u2028\u2029\ufeff\u0000", "\\u{2028}\\u{2029}\\u{feff}\\u{0}"],
])("%j is shown as %s", (text, shown) => expect(printable(text)).toBe(shown));

test("long text is cut, never in the middle of a character", () => {
  expect(printable("x".repeat(2e6), 10)).toBe(`${"x".repeat(10)}…`);
  expect(printable("abc😀def", 4)).toBe("abc…");
  expect(printable("abcd", 4)).toBe("abcd");
});

test("nothing that a terminal obeys comes through, and the length is bounded", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.nat(100), (text, limit) => {
      const shown = printable(text, limit);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(shown.length).toBeLessThanOrEqual(limit * 10 + 1);
    }),
  );
});
