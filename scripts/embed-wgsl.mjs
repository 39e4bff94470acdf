// Embeds src/kernels/wgsl/*.wgsl into one TypeScript module, so that Node, browsers and bundlers load kernels the same way.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const folder = new URL("../src/kernels/wgsl/", import.meta.url);
const target = new URL("../src/kernels/wgsl/wgsl.generated.ts", import.meta.url);

/**
 * The text of the module.
 *
 * @param {(text: string) => string} change - applied to each file's text.
 */
export function wgslModule(change = (text) => text) {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".wgsl"))
    .map((file) => file.slice(0, -".wgsl".length))
    .sort();
  const entry = (name) =>
    `  ${JSON.stringify(name)}: ${JSON.stringify(change(readFileSync(new URL(`${name}.wgsl`, folder), "utf8")))},`;
  return `// Made by scripts/embed-wgsl.mjs from src/kernels/wgsl/*.wgsl. Do not edit.
export type KernelFile = ${names.map((name) => JSON.stringify(name)).join(" | ") || "never"};
export const wgsl: Readonly<Record<KernelFile, string>> = {
${names.map(entry).join("\n")}
};
`;
}

const temporary = new URL(`../src/kernels/wgsl/wgsl.generated.${process.pid}.tmp`, import.meta.url);
writeFileSync(temporary, wgslModule());
renameSync(temporary, target);
