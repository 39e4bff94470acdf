import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesBelow, root } from "../support/repository.ts";

// The lint in `npm test` finds forbidden imports. This file tests the lint: it writes a small source tree with one import per
// file, applies the project's own rules, and expects every forbidden import to be reported and every allowed one to pass.

const mayImport: Record<string, readonly string[]> = {
  tensor: [],
  options: ["tensor"],
  autodiff: ["tensor"],
  kernels: ["tensor"],
  formats: ["tensor"],
  data: ["formats", "options", "tensor"],
  nn: ["autodiff", "options", "tensor"],
  mi: ["nn", "autodiff", "options", "tensor"],
  cbd: ["mi", "nn", "autodiff", "options", "tensor"],
  backdoor: ["cbd", "mi", "nn", "data", "formats", "autodiff", "options", "tensor"],
  report: ["backdoor", "cbd", "mi", "nn", "data", "formats", "autodiff", "options", "tensor"],
  experiment: ["backdoor", "cbd", "mi", "nn", "data", "formats", "autodiff", "options", "tensor"],
  testing: ["autodiff", "tensor"],
  node: ["kernels", "data", "formats", "options", "tensor"],
  cli: [
    "experiment",
    "report",
    "backdoor",
    "cbd",
    "mi",
    "node",
    "nn",
    "data",
    "formats",
    "kernels",
    "autodiff",
    "options",
    "tensor",
  ],
};
const modules = Object.keys(mayImport);

/** Folders of kernels/, lowest first: each may import those before it. */
const kernelFolders = ["wgsl", "adapter", "graph", "codegen", "families", "passes", "plan", "runtime", "tuning"];

const folder = mkdtempSync(`${tmpdir()}/imports-`);
/** Files in which the lint found a forbidden import: `tensor/nn`. */
let reported: readonly string[];

function write(path: string, text: string): void {
  mkdirSync(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
  writeFileSync(`${folder}/${path}`, text);
}

beforeAll(() => {
  cpSync(`${root}biome.json`, `${folder}/biome.json`);
  for (const module of modules) {
    for (const other of modules) write(`src/${module}/${other}.ts`, `export { x } from "../${other}/index.ts";\n`);
    write(`src/${module}/deep/mi.ts`, `export const x: unknown = await import("../../mi/index.ts");\n`);
    write(`src/${module}/package-fs.ts`, `export * from "node:fs";\n`);
    write(`src/${module}/package-webgpu.ts`, `export * from "webgpu";\n`);
    write(`src/${module}/print.ts`, `console.log("x");\n`);
    write(`src/${module}/stop.ts`, `process.exit(1);\n`);
  }
  for (const folder of kernelFolders.slice(1)) {
    const path = `src/kernels/${folder}`;
    for (const other of kernelFolders) write(`${path}/${other}.ts`, `export { x } from "../${other}/x.ts";\n`);
    write(`${path}/module-tensor.ts`, `export { x } from "../../tensor/index.ts";\n`);
    write(`${path}/module-nn.ts`, `export { x } from "../../nn/index.ts";\n`);
    write(`${path}/package-fs.ts`, `export * from "node:fs";\n`);
  }
  write("src/index.ts", `export { x } from "./node/index.ts";\n`);
  write("src/tensor/egg.ts", `import { hen } from "./hen.ts";\nexport const egg: unknown = hen;\n`);
  write("src/tensor/hen.ts", `import { egg } from "./egg.ts";\nexport const hen: unknown = egg;\n`);
  const { stdout } = spawnSync(
    `${root}node_modules/.bin/biome`,
    ["lint", "--vcs-enabled=false", "--reporter=github", "--max-diagnostics=none", "."],
    { cwd: folder, encoding: "utf8" },
  );
  const forbidden =
    /^::error title=lint\/\w+\/(?:noRestricted\w+|noConsole|noImportCycles),file=[^,]*\/src\/([^,]+)\.ts,/gm;
  reported = [...new Set([...stdout.matchAll(forbidden)].map((match) => match[1]!))];
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.each(modules)("%s/ imports what it may, and nothing else", (module) => {
  const barred = modules.filter((other) => other !== module && !mayImport[module]!.includes(other));
  const platform = module === "node" || module === "cli" ? [] : ["package-fs", "package-webgpu", "stop"];
  const expected = [
    ...barred,
    ...(barred.includes("mi") ? ["deep/mi"] : []),
    ...platform,
    ...(module === "cli" ? [] : ["print"]),
    ...(module === "tensor" ? ["egg", "hen"] : []),
  ];
  const isKernelFolder = (path: string): boolean => kernelFolders.includes(path.split("/")[0]!) && path.includes("/");
  const found = reportedIn(module).filter((path) => module !== "kernels" || !isKernelFolder(path));
  expect(found.sort()).toEqual(expected.sort());
});

test.each(kernelFolders.slice(1))("kernels/%s/ imports downwards", (folder) => {
  const above = kernelFolders.slice(kernelFolders.indexOf(folder) + 1);
  expect(reportedIn(`kernels/${folder}`).sort()).toEqual([...above, "module-nn", "package-fs"].sort());
});

test("every folder of kernels/ has a place in the order", () => {
  const folders = new Set(filesBelow("src/kernels", ".ts").map((path) => path.split("/")[2]!));
  expect([...folders].filter((name) => !name.endsWith(".ts")).sort()).toEqual([...kernelFolders].sort());
});

test("src/index.ts may not import node/", () => expect(reported).toContain("index"));

function reportedIn(path: string): string[] {
  return reported.filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1));
}
