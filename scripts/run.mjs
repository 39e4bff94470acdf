// Runs a TypeScript program of this repository (an example, a benchmark) on the built package: node scripts/run.mjs FILE [ARGS…]
// The program reaches Node by standard input, so that "deconfound" means this package, as it would in a user's project.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [file, ...args] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node scripts/run.mjs FILE [ARGS…]");
const { outputFiles } = await build({
  entryPoints: [file],
  bundle: true,
  packages: "external",
  tsconfigRaw: {}, // no paths: they would bring src instead of dist
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  write: false,
});
const { status, signal } = spawnSync(process.execPath, ["--enable-source-maps", "--input-type=module", "-", ...args], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  input: outputFiles[0].contents,
  stdio: ["pipe", "inherit", "inherit"],
});
process.exitCode = status ?? (signal === null ? 1 : 128);
