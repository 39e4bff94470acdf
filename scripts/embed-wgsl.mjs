// Embeds .wgsl files into TypeScript modules, so that Node, browsers and bundlers load kernels the same way: those of the compiler into
// one table, which the linker looks up by name, and those that records bring along each as an export of its own, so that a bundler
// drops what is not imported.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const kernels = new URL("../src/kernels/wgsl/", import.meta.url);
const linalg = new URL("../src/tensor/linalg/", import.meta.url);

function filesOf(folder, change) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".wgsl"))
    .sort()
    .map((file) => ({
      name: file.slice(0, -".wgsl".length),
      text: JSON.stringify(change(readFileSync(new URL(file, folder), "utf8"))),
    }));
}

function table(files) {
  return `// Made by scripts/embed-wgsl.mjs from src/kernels/wgsl/*.wgsl. Do not edit.
export type KernelFile = ${files.map(({ name }) => JSON.stringify(name)).join(" | ")};
export const wgsl: Readonly<Record<KernelFile, string>> = {
${files.map(({ name, text }) => `  ${JSON.stringify(name)}: ${text},`).join("\n")}
};
`;
}

const camelCase = (name) => name.replace(/-./g, ([, letter]) => letter.toUpperCase());

function constants(files) {
  return `// Made by scripts/embed-wgsl.mjs from src/tensor/linalg/*.wgsl. Do not edit.
${files.map(({ name, text }) => `export const ${camelCase(name)}: string = ${text};`).join("\n")}
`;
}

const modules = [
  { folder: kernels, print: table },
  { folder: linalg, print: constants },
];

/**
 * The text of a module.
 *
 * @param {string} path - of a file `wgsl.generated.ts`.
 * @param {(text: string) => string} change - applied to each file's text.
 */
export function wgslModule(path, change) {
  const { folder, print } = modules.find(({ folder }) => path.startsWith(fileURLToPath(folder)));
  return print(filesOf(folder, change));
}

for (const { folder } of modules) {
  const target = fileURLToPath(new URL("wgsl.generated.ts", folder));
  const temporary = fileURLToPath(new URL(`wgsl.generated.${process.pid}.tmp`, folder));
  writeFileSync(
    temporary,
    wgslModule(target, (text) => text),
  );
  renameSync(temporary, target);
}
