import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test, vi } from "vitest";
import { docExamples } from "../support/doc-examples.ts";
import { filesBelow, root } from "../support/repository.ts";

// Every fenced @example of a doc comment is a whole program: it is typed, it runs, and a comment after a console.log is what it prints.

const folder = mkdtempSync(`${tmpdir()}/examples-`);
const fileOf = (index: number): string => `${folder}/${index}.ts`;
for (const [index, { text }] of docExamples.entries()) writeFileSync(fileOf(index), `${text}export {};\n`);
afterAll(() => rmSync(folder, { recursive: true }));

test("the examples are typed", () => {
  const compilerOptions = {
    typeRoots: [`${root}node_modules/@types`, `${root}node_modules`],
    isolatedDeclarations: false,
    declaration: false,
    declarationMap: false,
  };
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({ extends: `${root}tsconfig.json`, compilerOptions, include: [folder] }),
  );
  writeFileSync(`${folder}/package.json`, `{ "type": "module" }`);
  const { stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ["-p", folder], { cwd: root, encoding: "utf8" });
  expect(stdout).toBe("");
}, 120_000);

test.each(docExamples.map(({ name, text }, index) => ({ name, text, index })))(
  "$name prints what it says",
  async ({ text, index }) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      await import(/* @vite-ignore */ fileOf(index));
      const promised = [...text.matchAll(/^\s*console\.log\(.*\);\s*\/\/ (.*)$/gm)].map((match) => match[1]);
      expect(promised.length).toBeGreaterThan(0);
      expect(log.mock.calls.map((values) => values.join(" "))).toEqual(promised);
    } finally {
      log.mockRestore();
    }
  },
);

/** Modules whose every public function has an example. */
const complete = ["src/testing", "src/testing/fast-check"];

test.each(complete)("%s: each public function has an example", async (module) => {
  const exported: Record<string, unknown> = await import(`${root}${module}/index.ts`);
  const functions = Object.keys(exported).filter((name) => typeof exported[name] === "function");
  const own = docExamples.filter(({ name }) => name.startsWith(`${module}/`)).map(({ name }) => name.split(" ")[1]);
  expect(functions.filter((name) => !own.includes(name))).toEqual([]);
});

test("examples are found", () => {
  expect(filesBelow("src", ".ts").length).toBeGreaterThan(docExamples.length);
  expect(docExamples.length).toBeGreaterThanOrEqual(7);
});
