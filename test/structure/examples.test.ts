import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test, vi } from "vitest";
import { docExamples } from "../support/doc-examples.ts";
import { root } from "../support/repository.ts";

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

/** What users import: entry points, or namespaces of one; and the folders or files that declare their functions. */
const complete = [
  { module: "src/testing/index.ts", declared: ["src/testing/"] },
  { module: "src/testing/fast-check/index.ts", declared: ["src/testing/fast-check/"] },
  { module: "src/index.ts", declared: ["src/tensor/", "src/autodiff/"], others: ["src/kernels/index.ts"] },
  { module: "src/tensor/random.ts", declared: ["src/tensor/random.ts"] },
  { module: "src/backdoor/index.ts", declared: ["src/backdoor/"] },
  { module: "src/cbd/index.ts", declared: ["src/cbd/"] },
  { module: "src/data/index.ts", declared: ["src/data/"] },
  { module: "src/formats/index.ts", declared: ["src/formats/"] },
  { module: "src/kernels/index.ts", declared: ["src/kernels/"] },
  { module: "src/mi/index.ts", declared: ["src/mi/"] },
  { module: "src/nn/index.ts", declared: ["src/nn/"] },
  { module: "src/node/index.ts", declared: ["src/node/"] },
];

const functionsOf = async (module: string): Promise<string[]> => {
  const exported: Record<string, unknown> = await import(`${root}${module}`);
  return Object.entries(exported).flatMap(([name, value]) =>
    typeof value === "function" && !(value.prototype instanceof Error) ? [name] : [],
  );
};

test.each(complete)("$module: each public function has an example", async ({ module, declared, others = [] }) => {
  const elsewhere = (await Promise.all(others.map(functionsOf))).flat();
  const own = docExamples
    .map(({ name }) => name.split(" ") as [string, string])
    .filter(([file]) => declared.some((place) => file.startsWith(place)))
    .map(([, name]) => name);
  const functions = (await functionsOf(module)).filter((name) => !elsewhere.includes(name));
  expect(functions.length).toBeGreaterThan(0);
  expect(functions.filter((name) => !own.includes(name))).toEqual([]);
});

test("examples are found", () => {
  expect(docExamples.length).toBeGreaterThan(180);
});
