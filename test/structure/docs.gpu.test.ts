import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { filesBelow, readText, root } from "../support/repository.ts";

// Every ```ts block of a page runs by itself, and a comment after a console.log is what it prints. A block marked
// ```ts signatures is a list of declarations and does not run.

const pages = ["README.md", "CONTRIBUTING.md", ...filesBelow("docs", ".md"), ...filesBelow("src", "README.md")];
const blocks = pages.flatMap((page) =>
  [...readText(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, index) => ({
    name: `${page.replaceAll("/", "-").replace(/\.md$/, "")}-${index + 1}`,
    text: match[1]!,
  })),
);
const folder = mkdtempSync(`${tmpdir()}/docs-`);
for (const { name, text } of blocks) writeFileSync(`${folder}/${name}.ts`, `${text}export {};\n`);
afterAll(() => rmSync(folder, { recursive: true }));

function run(file: string): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/run.mjs", file], {
    cwd: root,
    encoding: "utf8",
    timeout: 110_000,
  });
  return { status, stdout, stderr };
}

test("README shows the language", () => expect(blocks.map(({ name }) => name)).toContain("README-1"));

test("the pages' programs are typed", () => {
  const config = {
    extends: `${root}tsconfig.json`,
    compilerOptions: {
      typeRoots: [`${root}node_modules/@types`, `${root}node_modules`],
      isolatedDeclarations: false,
      declaration: false,
      declarationMap: false,
    },
    include: [folder],
  };
  writeFileSync(`${folder}/package.json`, `{ "type": "module" }`);
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config));
  const { stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ["-p", folder], { cwd: root, encoding: "utf8" });
  expect(stdout).toBe("");
});

test.each(blocks)("$name prints what it says", ({ name, text }) => {
  const { status, stdout, stderr } = run(`${folder}/${name}.ts`);
  expect(status, stderr).toBe(0);
  const promised = [...text.matchAll(/^\s*console\.log\(.*\);\s*\/\/ (.*)$/gm)].map((match) => match[1]);
  const printed = stdout.trimEnd().split("\n");
  expect(promised.length).toBeGreaterThan(0);
  expect(printed).toEqual(promised);
});

test.each(filesBelow("examples", ".ts"))("%s runs", (file) => {
  const { status, stdout, stderr } = run(file);
  expect(status, stderr).toBe(0);
  expect(stdout).not.toBe("");
});
