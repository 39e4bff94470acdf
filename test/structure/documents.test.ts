import { expect, test } from "vitest";
import { filesBelow, readText, root } from "../support/repository.ts";
import { stages } from "../support/stages.ts";

// Documents quote what the compiler makes of a small program. A comment `<!-- stage: NAME -->` stands before each quotation, a block
// of code; this test makes the quotations again. `npm run docs` writes them.

const texts = await stages();
const marked = /(<!-- stage: ([\w-]+) -->\n\n?```\w*\n)[\s\S]*?(?=^```$)/gm;
const documents = [...filesBelow("docs", ".md"), ...filesBelow("src/kernels", "README.md")].filter((path) =>
  readText(path).includes("<!-- stage: "),
);
const quoted = (path: string): string[] =>
  [...readText(path).matchAll(/<!-- stage: ([^ ]*) -->/g)].map(([, name]) => name!);

test.each(documents)("%s quotes what the compiler makes", async (path) => {
  const found: string[] = [];
  const text = readText(path).replaceAll(marked, (_, front: string, name: string) => {
    found.push(name);
    return `${front}${texts.get(name) ?? `there is no stage ${name}`}\n`;
  });
  expect(found).toEqual(quoted(path)); // a mark without a block after it would be passed over
  expect(found.filter((name) => !texts.has(name))).toEqual([]);
  await expect(text).toMatchFileSnapshot(root + path);
});

test("every stage is quoted somewhere", () => {
  expect([...texts.keys()].sort()).toEqual([...new Set(documents.flatMap(quoted))].sort());
});

test("every folder of kernels/ has a README of about ten lines with an example", () => {
  const folders = new Set(filesBelow("src/kernels", ".ts").map((path) => path.split("/").slice(0, 3).join("/")));
  for (const folder of [...folders].filter((path) => !path.endsWith(".ts"))) {
    const text = readText(`${folder}/README.md`);
    expect(documents).toContain(`${folder}/README.md`);
    expect(
      text
        .replaceAll(/^```\w*\n[\s\S]*?^```$/gm, "")
        .trimEnd()
        .split("\n").length,
    ).toBeLessThanOrEqual(16);
  }
});
