// Builds the package: node scripts/build.mjs [FOLDER], by default dist.
//
// JavaScript: one file per entry point that package.json names, and few files for what they share (shared/), so that a page
// which imports the package loads few files; bundle.js is all of it in one file; report/figures.js is the drawing of figures with the
// packages that it uses, which nothing but the command line loads, and only when it writes a page. Declarations: as the compiler writes them, of
// those files that an entry point's types lead to. Kernels lose their comments.
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import "./embed-code.mjs";
import { wgslModule } from "./embed-wgsl.mjs";
import { stripWgsl } from "./strip-wgsl.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(process.argv[2] ?? join(root, "dist"));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.values(manifest.exports)
  .filter((entry) => typeof entry === "object")
  .map((entry) => entry.default.replace(/^\.\/dist\/(.+)\.js$/, "$1"));
const programs = Object.values(manifest.bin).map((path) => path.replace(/^dist\/(.+)\.js$/, "$1"));
const single = "bundle";

const kernels = {
  name: "kernels without comments",
  setup: ({ onLoad }) =>
    onLoad({ filter: /wgsl\.generated\.ts$/ }, ({ path }) => ({ contents: wgslModule(path, stripWgsl), loader: "ts" })),
};

// What entry points share is split by who uses it, down to files of a kilobyte. So each entry point uses the whole language,
// which then is one file.
const language = ["tensor", "autodiff"]
  .flatMap((folder) => readdirSync(join(root, "src", folder), { recursive: true }).map((file) => join(folder, file)))
  .filter((file) => file.endsWith(".ts") && file !== "tensor/methods.ts"); // the main entry point's own side effect
const keepTogether = {
  name: "the language in one file",
  setup: ({ onLoad, initialOptions }) => {
    const paths = new Set(initialOptions.entryPoints);
    const imports = language.map((file) => `import ${JSON.stringify(join(root, "src", file))};\n`).join("");
    onLoad({ filter: /\.ts$/ }, ({ path }) =>
      paths.has(path)
        ? { contents: readFileSync(path, "utf8") + imports, loader: "ts", resolveDir: dirname(path) }
        : null,
    );
  },
};

const figures = "report/figures";
const figuresApart = {
  name: "figures in a file of their own",
  setup: ({ onResolve }) =>
    // its users lie one folder deep, in cli/ or shared/
    onResolve({ filter: /\/report\/figures\.ts$/ }, ({ kind }) =>
      kind === "entry-point" ? null : { path: `../${figures}.js`, external: true },
    ),
};

mkdirSync(dirname(target), { recursive: true });
const made = mkdtempSync(`${target}-`);
chmodSync(made, 0o755); // made for this user alone
try {
  await Promise.all([
    writeScripts([...entries.filter((path) => path !== single), ...programs], { splitting: true }),
    writeFigures(),
    ...(entries.includes(single) ? [writeScripts([single], { minifyWhitespace: true, minifySyntax: true })] : []),
  ]);
  writeDeclarations();
  replaceFolder();
} finally {
  rmSync(made, { recursive: true, force: true });
}

async function writeScripts(paths, options) {
  await build({
    entryPoints: paths.map((path) => join(root, `src/${path}.ts`)),
    outbase: join(root, "src"),
    outdir: made,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["node:*", "webgpu", "fast-check", "sharp"],
    chunkNames: "shared/[hash]", // beside entry points' folders, so that ../../package.json is the manifest from either
    legalComments: "none",
    tsconfigRaw: {},
    logLevel: "warning",
    ignoreAnnotations: true, // package.json's sideEffects would undo what `keepTogether` does
    plugins: [kernels, keepTogether, figuresApart],
    ...options,
  });
}

/** Others' code is in it, so their licences are too. */
async function writeFigures() {
  const outfile = join(made, `${figures}.js`);
  const { metafile } = await build({
    entryPoints: [join(root, `src/${figures}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
    legalComments: "none",
    tsconfigRaw: {},
    logLevel: "warning",
    absWorkingDir: root,
    metafile: true,
  });
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [],
  );
  const folders = [...new Set(packages.filter((_, at) => at % 2 === 0))].sort();
  const licences = folders.map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one));
    if (file === undefined) throw new Error(`${folder}: is bundled, and has no licence file`);
    return `${name} ${version}\n\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
  });
  appendFileSync(outfile, `/*\n${licences.join("\n---\n\n").replaceAll("*/", "* /")}*/\n`);
}

/** The declarations that entry points lead to, naming each other as `.js`, which every version of the compiler follows. */
function writeDeclarations() {
  const all = join(made, "declarations");
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/typescript/bin/tsc"),
      ...[
        "-p",
        join(root, "tsconfig.build.json"),
        "--emitDeclarationOnly",
        "--declarationMap",
        "false",
        "--outDir",
        all,
      ],
    ],
    { cwd: root, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stdout);
  const reached = new Set(entries.map((path) => `${path}.d.ts`));
  for (const path of reached) {
    const text = readFileSync(join(all, path), "utf8").replace(
      /(from |import\(|import )"(\.[^"]+)\.ts"/g,
      (_, before, file) => {
        reached.add(join(dirname(path), `${file}.d.ts`));
        return `${before}"${file}.js"`;
      },
    );
    mkdirSync(dirname(join(made, path)), { recursive: true });
    writeFileSync(join(made, path), text);
  }
  rmSync(all, { recursive: true });
}

/** At once, since programs may be running from the old folder. */
function replaceFolder() {
  const old = `${made}-old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(made, target);
  rmSync(old, { recursive: true, force: true });
}
