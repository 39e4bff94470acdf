const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

function escape(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/**
 * Text that somebody else wrote (a name in a file, a line of a table), made fit for a line of an error or a terminal.
 *
 * Line breaks, control characters (a terminal obeys them), marks that change the direction of writing and halves of
 * surrogate pairs become escapes such as `\u{1b}`; what is longer than `limit` ends in `…`.
 *
 * @param limit - UTF-16 units of `text` that are kept.
 */
export function printable(text: string, limit = 80): string {
  if (text.length <= limit) return text.replace(unsafe, escape);
  const head = text.slice(0, limit).replace(/[\ud800-\udbff]$/, ""); // not half a character
  return `${head.replace(unsafe, escape)}…`;
}
