// The page docs/array-api.md: what of the Python array API standard is here under which name, from docs/array-api.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, tableRow } from "./doc-comments.mjs";

const { standard, functions } = JSON.parse(readFileSync(join(root, "docs/array-api.json"), "utf8"));
const sections = Object.entries(functions).map(([title, rows]) => ({ title, rows: Object.entries(rows) }));
const here = ([, row]) => row.ours !== undefined;

function section({ title, rows }) {
  const head = `## ${title}: ${rows.filter(here).length} of ${rows.length}\n`;
  const covered = rows.filter(here).map(([name, { ours, how, differs }]) => {
    return tableRow(`\`${name}\``, `\`${how ?? ours}\``, differs ?? "");
  });
  const missing = new Map();
  for (const [name, { why }] of rows.filter((row) => !here(row)))
    missing.set(why, [...(missing.get(why) ?? []), `\`${name}\``]);
  const table = covered.length === 0 ? [] : ["| standard | here | differs |", "|---|---|---|", ...covered, ""];
  const reasons = [...missing].map(([why, names]) => `- ${names.join(" ")}: ${why}.`);
  return [head, ...table, ...reasons, ...(reasons.length === 0 ? [] : [""])].join("\n");
}

/** The text of docs/array-api.md. */
export function arrayApiPage() {
  const all = sections.flatMap(({ rows }) => rows);
  const count = all.filter(here).length;
  return `<!-- Made by scripts/index-pages.mjs from array-api.json. \`npm run docs\` writes it. -->

# The array API standard

Of the ${all.length} functions that the [Python array API standard ${standard}](https://data-apis.org/array-api/${standard}/) names, ${count} are here,
${((100 * count) / all.length).toFixed(1)} %, most under the same name in camel case. The others are listed with the reason. Options stand in one object at the end; an axis
may be negative. Dtypes are never promoted: \`add(f32, i32)\` is an error that says which \`cast\` mends it. Of the constants JavaScript has
\`Math.E\`, \`Math.PI\`, \`Infinity\` and \`NaN\`; \`newaxis\` is \`expandDims\`. [ops.md](ops.md) lists all functions.

${sections.map(section).join("\n")}`;
}
