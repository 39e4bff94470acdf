// What an entry point exports, and what the doc comments say of it: read from the source text, as TypeScript's own declarations
// would need a compilation first.
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const declaration =
  /^(?:\/\*\*\n((?: \*.*\n)*?) \*\/\n|\/\*\* (.*) \*\/\n)?export (?:async )?(?:function|const) (\w+)/gm;

/** Functions and constants of a file, those that it exports again too: name → { file, summary, formula }. */
export function exportsOf(file) {
  const text = readFileSync(join(root, file), "utf8");
  const found = new Map();
  const from = (path) => normalize(join(dirname(file), path));
  for (const [, path] of text.matchAll(/^export \* from "(\.[^"]+)";$/gm))
    for (const [name, entry] of exportsOf(from(path))) found.set(name, entry);
  for (const [, names, path] of text.matchAll(/^export \{([^}]+)\} from "(\.[^"]+)";$/gm)) {
    const others = exportsOf(from(path));
    for (const name of names.split(",").map((part) => part.trim())) if (name !== "") found.set(name, others.get(name));
  }
  for (const [, lines, line, name] of text.matchAll(declaration)) {
    const comment = line ?? lines?.replace(/^ \* ?/gm, "");
    if (comment !== undefined || !found.has(name)) found.set(name, { file, ...described(comment ?? "") });
  }
  return found;
}

/** The first sentence of a doc comment, and the lines that it sets off as a formula. */
function described(comment) {
  const text = comment.split(/^@/m)[0].replaceAll(/\{@link (\w+)\}/g, "`$1`");
  const [paragraph = ""] = text.trim().split("\n\n");
  const line = paragraph.replaceAll("\n", " ");
  const summary = /^.*?\.(?= |$)/.exec(line.replaceAll(/e\.g\. |i\.e\. /g, (short) => short.trim()))?.[0];
  const formula = [...text.matchAll(/^ {4,}(.*)$/gm)].map(([, row]) => row.trim()).join(" ");
  return { summary: (summary ?? line).replace(/[.:]$/, ""), formula };
}

/** A row of a Markdown table. */
export const tableRow = (...cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
