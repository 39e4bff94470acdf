import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../support/repository.ts";

// The lint run in `npm test` finds broken walls; this file finds out whether the walls stand: it builds a small house with
// one forbidden import a file, under the project's own rules, and expects every one to be reported.

const mayImport: Record<string, readonly string[]> = {
  tensor: [],
  autodiff: ["tensor"],
  kernels: ["tensor"],
  formats: ["tensor"],
  data: ["tensor"],
  nn: ["autodiff", "tensor"],
  mi: ["nn", "autodiff", "tensor"],
  cbd: ["mi", "nn", "data", "autodiff", "tensor"],
  testing: ["autodiff", "tensor"],
  node: ["kernels", "data", "formats", "tensor"],
  cli: ["cbd", "mi", "node", "nn", "data", "formats", "kernels", "autodiff", "tensor"],
};
const rooms = Object.keys(mayImport);

const folder = mkdtempSync(`${tmpdir()}/walls-`);
/** Files in which the lint found a broken wall: `tensor/nn`. */
let reported: readonly string[];

function write(path: string, text: string): void {
  mkdirSync(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
  writeFileSync(`${folder}/${path}`, text);
}

beforeAll(() => {
  cpSync(`${root}biome.json`, `${folder}/biome.json`);
  for (const room of rooms) {
    for (const other of rooms) write(`src/${room}/${other}.ts`, `export { x } from "../${other}/index.ts";\n`);
    write(`src/${room}/deep/mi.ts`, `export const x: unknown = await import("../../mi/index.ts");\n`);
    write(`src/${room}/package-fs.ts`, `export * from "node:fs";\n`);
    write(`src/${room}/package-webgpu.ts`, `export * from "webgpu";\n`);
    write(`src/${room}/print.ts`, `console.log("x");\n`);
    write(`src/${room}/stop.ts`, `process.exit(1);\n`);
  }
  write("src/index.ts", `export { x } from "./node/index.ts";\n`);
  write("src/tensor/egg.ts", `import { hen } from "./hen.ts";\nexport const egg: unknown = hen;\n`);
  write("src/tensor/hen.ts", `import { egg } from "./egg.ts";\nexport const hen: unknown = egg;\n`);
  const { stdout } = spawnSync(
    `${root}node_modules/.bin/biome`,
    ["lint", "--vcs-enabled=false", "--reporter=github", "--max-diagnostics=none", "."],
    { cwd: folder, encoding: "utf8" },
  );
  const walls =
    /^::error title=lint\/\w+\/(?:noRestricted\w+|noConsole|noImportCycles),file=[^,]*\/src\/([^,]+)\.ts,/gm;
  reported = [...new Set([...stdout.matchAll(walls)].map((match) => match[1]!))];
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.each(rooms)("%s/ is walled", (room) => {
  const shut = rooms.filter((other) => other !== room && !mayImport[room]!.includes(other));
  const platform = room === "node" || room === "cli" ? [] : ["package-fs", "package-webgpu", "stop"];
  const expected = [
    ...shut,
    ...(shut.includes("mi") ? ["deep/mi"] : []),
    ...platform,
    ...(room === "cli" ? [] : ["print"]),
    ...(room === "tensor" ? ["egg", "hen"] : []),
  ];
  const found = reported.filter((path) => path.startsWith(`${room}/`)).map((path) => path.slice(room.length + 1));
  expect(found.sort()).toEqual(expected.sort());
});

test("the public door does not open node/", () => expect(reported).toContain("index"));
