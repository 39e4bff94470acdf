// Runs the benchmarks: node scripts/bench.mjs [--peers] [--json] [--only NAME]. The driver and our contestant, a child process,
// are bundled from source into a folder of their own, from where the package webgpu is found.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}node_modules/.cache/deconfound-bench-${process.pid}`;
mkdirSync(folder, { recursive: true });
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
await build({
  entryPoints: [`${root}bench/main.ts`, `${root}bench/ours.ts`],
  bundle: true,
  splitting: true,
  packages: "external",
  tsconfigRaw: {},
  platform: "node",
  format: "esm",
  target: "node20",
  outdir: folder,
  outExtension: { ".js": ".mjs" },
});
const { version, optionalDependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const versions = `deconfound ${version}, webgpu ${optionalDependencies.webgpu}`;
const { main } = await import(pathToFileURL(`${folder}/main.mjs`).href);
const places = { ours: `${folder}/ours.mjs`, peers: `${root}bench/peers`, versions };
process.exitCode = await main(process.argv.slice(2), places);
