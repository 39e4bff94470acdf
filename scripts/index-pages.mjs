// Writes the pages that are made from the source: node scripts/index-pages.mjs [--check]. With --check it compares and writes nothing.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arrayApiPage } from "./array-api.mjs";
import { root } from "./doc-comments.mjs";
import { opIndexPage } from "./op-index.mjs";

const pages = { "docs/array-api.md": arrayApiPage(), "docs/ops.md": opIndexPage() };

for (const [path, text] of Object.entries(pages)) {
  const target = join(root, path);
  if (process.argv[2] === "--check") {
    if (readFileSync(target, "utf8") === text) continue;
    console.error(`${path} is not what the source makes: npm run docs`);
    process.exitCode = 1;
  } else {
    const temporary = `${target}.${process.pid}.tmp`;
    writeFileSync(temporary, text);
    renameSync(temporary, target);
  }
}
