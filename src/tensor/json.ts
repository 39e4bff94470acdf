import { DataError } from "./errors.ts";
import { printable } from "./printable.ts";

const deepest = 64; // levels; what recursion over the value can bear beside the caller's own

/**
 * Reads JSON that somebody else may have written.
 *
 * @param name - what errors call it: a file's path.
 * @param mend - further lines of the error.
 * @throws DataError if it is not JSON, is nested deeper than 64 levels, or an object has a key twice (`JSON.parse` would
 * silently take the last, so two readers of one file could see different values).
 */
export function parseJson(text: string, name: string, mend: readonly string[] = []): unknown {
  const fault = findFault(text);
  if (fault !== undefined) throw new DataError(`${name}: ${fault}`, mend);
  try {
    return JSON.parse(text);
  } catch {
    throw new DataError(`${name}: is not JSON`, mend);
  }
}

/** Depth and double keys, in one pass without recursion. What is not JSON at all is left to `JSON.parse`. */
function findFault(text: string): string | undefined {
  const levels: (Set<string> | null)[] = []; // keys so far of each open object; null for a list
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") {
      levels.push(character === "{" ? new Set() : null);
      if (levels.length > deepest) return `is nested deeper than ${deepest} levels`;
    } else if (character === "}" || character === "]") {
      levels.pop();
    } else if (character === '"') {
      const start = at;
      at = endOfString(text, at);
      const keys = levels.at(-1);
      if (keys === undefined || keys === null || !isKey(text, at)) continue;
      const key = stringOf(text.slice(start, at + 1));
      if (keys.has(key)) return `has the key "${printable(key)}" twice in one object`;
      keys.add(key);
    }
  }
  return undefined;
}

/** Position of the quote that ends the string starting at `at`, or of the text's end. */
function endOfString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    if (text[next] === "\\") next++;
    else if (text[next] === '"') return next;
  }
  return text.length;
}

/** Whether a colon follows the string that ends at `at`. */
function isKey(text: string, at: number): boolean {
  let next = at + 1;
  while (next < text.length && " \t\r\n".includes(text[next]!)) next++;
  return text[next] === ":";
}

function stringOf(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted; // not JSON: JSON.parse of the whole says so
  }
}
