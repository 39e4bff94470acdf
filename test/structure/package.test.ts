import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entryPoints, filesBelow, readText, root } from "../support/repository.ts";

// The package as a user gets it: built, packed, installed in an empty folder without a network, imported, run and compiled.

const { stripWgsl } = (await import("../../scripts/strip-wgsl.mjs" as string)) as { stripWgsl(text: string): string };

const mostFiles = 440; // a declaration per public source file: 300 until there were 46 estimators and defences more, 400 until linear algebra, 420 until attention, scatters and optimizers
const mostModules = 12; // that one import loads
const folder = mkdtempSync(`${tmpdir()}/package-`);
const user = join(folder, "user");
const installed = join(user, "node_modules/deconfound");
let packed: readonly string[];

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 100_000 });
  expect(status, `${command} ${args.join(" ")}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

beforeAll(() => {
  const source = join(folder, "source");
  mkdirSync(source);
  run(process.execPath, ["scripts/build.mjs", join(source, "dist")], root);
  for (const file of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"])
    copyFileSync(root + file, join(source, file));
  // --ignore-scripts: prepack would build once more
  const report = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts"], source)) as readonly [
    { filename: string; files: readonly { path: string }[] },
  ];
  packed = report[0].files.map(({ path }) => path);
  mkdirSync(user);
  writeFileSync(join(user, "package.json"), `{ "name": "user", "private": true, "type": "module" }\n`);
  // scripts may run: a package that built itself on install would fail here, without its sources
  const quiet = ["--offline", "--no-audit", "--no-fund", "--omit=optional"];
  run("npm", ["install", ...quiet, join(source, report[0].filename)], user);
  for (const name of ["fast-check", "pure-rand"]) {
    symlinkSync(`${root}node_modules/${name}`, join(user, "node_modules", name));
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("what is packed", () => {
  test(`is ${mostFiles} files at most: no sources, no maps, no tests`, () => {
    console.log(`packed: ${packed.length} files`);
    expect(packed.length).toBeLessThanOrEqual(mostFiles);
    expect(
      packed.filter((path) => !/^(dist\/.+\.(js|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path)),
    ).toEqual([]);
    for (const path of ["LICENSE", "README.md", "dist/bundle.js", "dist/cli/main.js"]) expect(packed).toContain(path);
  });

  test("needs nothing at run time but what is optional", () => {
    const manifest = JSON.parse(readText("package.json")) as Record<string, object | undefined>;
    expect(manifest["dependencies"]).toBeUndefined();
    expect(Object.keys(manifest["optionalDependencies"]!)).toEqual(["webgpu"]);
    const scripts = Object.keys(manifest["scripts"]!);
    expect(scripts.filter((name) => /^(?:pre|post)?(?:install|prepare)$/.test(name))).toEqual([]);
  });

  test("has what draws figures in a file of its own, with the licences of its packages, which nothing loads but on demand", () => {
    const drawing = readFileSync(join(installed, "dist/report/figures.js"), "utf8");
    const { devDependencies } = JSON.parse(readText("package.json")) as { devDependencies: Record<string, string> };
    for (const name of ["@observablehq/plot", "linkedom"])
      expect(drawing).toContain(`${name} ${devDependencies[name]}\n`);
    expect(drawing.length).toBeLessThan(900_000);
    const loaded = [...entryPoints.map(({ path }) => path), "cli/main"].flatMap((path) => [
      ...modulesOf(join(installed, `dist/${path}.js`)),
    ]);
    expect(loaded.filter((file) => file.includes("figures"))).toEqual([]);
    const others = packed.filter((path) => path.endsWith(".js") && path !== "dist/report/figures.js");
    expect(others.filter((path) => /linkedom|observablehq/.test(readFileSync(join(installed, path), "utf8")))).toEqual(
      [],
    );
  });

  test("has the kernels' code, line for line, and not their comments", () => {
    const scripts = packed
      .filter((path) => path.endsWith(".js"))
      .map((path) => readFileSync(join(installed, path), "utf8"));
    for (const path of filesBelow("src/kernels/wgsl", ".wgsl")) {
      const text = readText(path);
      const bare = stripWgsl(text);
      expect(bare.split("\n").length).toBe(text.split("\n").length);
      expect(bare.replace(/\s/g, "")).toBe(text.replace(/\/\/.*|\s/g, ""));
      expect(
        scripts.some((script) => script.includes(JSON.stringify(bare).slice(1, -1))),
        path,
      ).toBe(true);
    }
  });
});

test("a comment goes, and nothing else", () => {
  const text = "a; // one\nlet b = 1/*two\n/* three */ */2; //\n/**/c\n  // end";
  expect(stripWgsl(text)).toBe("a;\nlet b = 1\n 2;\n c\n");
});

/** The files that a module loads. */
function modulesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/^(?:import|export|\})[^;]*?"(\.[^"]+)";$/gm)) {
    modulesOf(join(dirname(file), path!), seen);
  }
  return seen;
}

describe("what is imported", () => {
  test.each(entryPoints)(
    `$name loads ${mostModules} modules at most, and has all its names`,
    async ({ name, path }) => {
      expect(modulesOf(join(installed, `dist/${path}.js`)).size).toBeLessThanOrEqual(
        name === "deconfound/bundle" ? 1 : mostModules,
      );
      const names = `import * as all from ${JSON.stringify(name)}; console.log(JSON.stringify(Object.keys(all).sort()))`;
      const source = (await import(pathToFileURL(`${root}src/${path}.ts`).href)) as object;
      expect(JSON.parse(run(process.execPath, ["--input-type=module", "-e", names], user))).toEqual(
        Object.keys(source).sort(),
      );
    },
  );

  test("README's program runs", () => {
    const program = /^```ts\n([\s\S]*?)^```$/m.exec(readText("README.md"))![1]!;
    writeFileSync(join(user, "first.ts"), program);
    run(`${root}node_modules/.bin/esbuild`, ["first.ts", "--outfile=first.mjs", "--log-level=error"], user);
    expect(run(process.execPath, ["first.mjs"], user)).toBe("Float32Array(2) [ 2, 1 ]\n");
  });

  test.each(["deconfound", "deconfound/bundle"])(
    "an error of %s names the user's line, as it is and in a bundle",
    (name) => {
      const wrong = `import { matmul, tensor } from "${name}";
function loss() {
  return matmul(tensor([[1, 2, 3]]), tensor([[1, 2]]));
}
try { loss(); } catch (error) { console.log(error.message.split("\\n").at(-1)); }\n`;
      writeFileSync(join(user, "wrong.mjs"), wrong);
      expect(run(process.execPath, ["wrong.mjs"], user)).toBe("  at loss (wrong.mjs:3:10)\n");
      const bundle = ["wrong.mjs", "--bundle", "--format=esm", "--outfile=bundled.mjs", "--log-level=error"];
      for (const more of [[], ["--minify"]]) {
        run(`${root}node_modules/.bin/esbuild`, [...bundle, ...more], user);
        const [, line, column] = /\(?bundled\.mjs:(\d+):(\d+)\)?\n$/.exec(
          run(process.execPath, ["bundled.mjs"], user),
        )!;
        const text = readFileSync(join(user, "bundled.mjs"), "utf8").split("\n")[Number(line) - 1]!;
        expect(text.slice(Number(column) - 1)).toMatch(
          /^[\w$]+\([\w$]+\(\[\[1, ?2, ?3\]\]\), ?[\w$]+\(\[\[1, ?2\]\]\)\)/,
        );
      }
    },
  );

  test("the command runs, from its link", () => {
    const { version } = JSON.parse(readText("package.json")) as { version: string };
    expect(run(join(user, "node_modules/.bin/deconfound"), ["--version"], user).trim()).toBe(version);
    const tiny =
      "train --dataset builtin --size 12 --count 20 --model small-2 --batch 10 --epochs 1 --defence none --device cpu";
    expect(run(join(user, "node_modules/.bin/deconfound"), tiny.split(" "), user)).toContain("none");
    expect(readdirSync(user)).not.toContain("runs");
  });

  test("without sharp, pictures are refused with the command that installs it", () => {
    for (const name of ["a", "b"]) {
      mkdirSync(join(user, "pictures", name), { recursive: true });
      for (const file of ["1.png", "2.png"]) {
        writeFileSync(join(user, "pictures", name, file), Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10));
      }
    }
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(user, "node_modules/.bin/deconfound"), "train", "--data", "pictures", "--device", "cpu"],
      { cwd: user, encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([
      2,
      "deconfound train: pictures are decoded by the package sharp, which is not installed; npm install sharp\n",
    ]);
  });
});

// Compilers to check beside the installed one, by path: `npm i --prefix /tmp/ts5.4 typescript@5.4` makes
// /tmp/ts5.4/node_modules/typescript/bin/tsc. Tried by hand with 5.4.5, 5.9.3 and 6.0.3.
const compilers = [`${root}node_modules/typescript/bin/tsc`, ...(process.env["COMPILERS"]?.split(",") ?? [])];

describe.each(compilers)("what is compiled, by %s", (compiler) => {
  test.each([
    ["no DOM, nodenext", { lib: ["es2022"], module: "nodenext" }],
    ["DOM, a bundler", { lib: ["es2022", "dom"], module: "esnext", moduleResolution: "bundler" }],
  ])(
    "%s: every declaration is checked, every exported function can be exported again",
    async (_, options) => {
      const code = join(user, "code");
      mkdirSync(code, { recursive: true });
      for (const { name, path } of entryPoints) {
        const names = Object.keys((await import(pathToFileURL(`${root}src/${path}.ts`).href)) as object);
        const lines = names.map((one) => `export const ${one}_ = all.${one};\n`);
        writeFileSync(
          join(code, `${path.replaceAll("/", "-")}.ts`),
          `import * as all from "${name}";\n${lines.join("")}`,
        );
      }
      copyFileSync(`${root}test/structure/consumer/own-code.ts`, join(code, "own-code.ts"));
      const strict = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
      };
      const emit = {
        declaration: true,
        emitDeclarationOnly: true,
        outDir: "types",
        rootDir: "code",
        target: "es2022",
        types: [],
      };
      writeFileSync(
        join(user, "tsconfig.json"),
        JSON.stringify({ compilerOptions: { ...strict, ...emit, ...options }, include: ["code"] }),
      );
      const { stdout } = spawnSync(process.execPath, [compiler, "-p", "."], { cwd: user, encoding: "utf8" });
      expect(stdout).toBe("");
    },
    300_000,
  );
});
