import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exactOptions, namesNotExported, publicDeclarations, undocumented } from "../support/declarations.ts";
import { entryPoints, root } from "../support/repository.ts";

// api/ holds what each entry point exports, so that a change of the public interface is seen in review. `npm run api` rewrites it.

const folder = mkdtempSync(`${tmpdir()}/api-`);

beforeAll(() => {
  const { stdout } = spawnSync(
    `${root}node_modules/.bin/tsc`,
    ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--declarationMap", "false", "--outDir", folder],
    { cwd: root, encoding: "utf8" },
  );
  expect(stdout).toBe("");
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.each(entryPoints)("$name exports what its report says", async ({ path }) => {
  const report = `${root}api/${path.replace(/\/?index$/, "").replaceAll("/", "-") || "index"}.txt`;
  const text = publicDeclarations(`${folder}/${path}.d.ts`);
  await expect(text).toMatchFileSnapshot(report);
  expect(text.split("\n").filter((_, i, lines) => `${lines[i - 1]}\n` === undocumented)).toEqual([]);
});

test.each(entryPoints)("every type that a signature of $name names can be imported from it", ({ path }) => {
  const module = path === "index" || path === "bundle" ? folder : `${folder}/${path.replace(/index$/, "")}`;
  expect(namesNotExported(`${folder}/${path}.d.ts`, module)).toEqual([]);
});

test.each(entryPoints)("an option of $name may be given as undefined", ({ path }) => {
  // what a stack is read from is no option: an object without it differs from one that has it
  expect(exactOptions(`${folder}/${path}.d.ts`).filter((name) => name !== "Site.stack")).toEqual([]);
});
