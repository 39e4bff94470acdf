import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's folder, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Files below a folder of the repository, by their paths from the root, sorted. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(root + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
    .sort();
}

export function readText(path: string): string {
  return readFileSync(root + path, "utf8");
}

/** An entry point of the package: what users import, and its file below `src` without the ending. */
export interface EntryPoint {
  readonly name: string;
  readonly path: string;
}

/** The entry points that package.json names. */
export const entryPoints: readonly EntryPoint[] = Object.entries(
  (JSON.parse(readText("package.json")) as { exports: Record<string, string | { default: string }> }).exports,
).flatMap(([key, target]) =>
  typeof target === "string"
    ? []
    : [{ name: `deconfound${key.slice(1)}`, path: target.default.replace(/^\.\/dist\/(.+)\.js$/, "$1") }],
);
