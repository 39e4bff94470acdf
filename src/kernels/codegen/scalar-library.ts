import type { KernelFile } from "../wgsl/wgsl.generated.ts";
import { wgsl } from "../wgsl/wgsl.generated.ts";

const files = (Object.keys(wgsl) as KernelFile[]).filter((file) => file.startsWith("scalar") || file === "float-bits");

/** Functions of the scalar libraries: name to text. Their bodies begin and end at the line's start, or lie on one line. */
const functions: ReadonlyMap<string, string> = new Map(
  files.flatMap((file) =>
    [...wgsl[file].matchAll(/^fn (\w+)\(.*(?:\{\n[\s\S]*?\n\}|\})$/gm)].map(([text, name]) => [name!, text] as const),
  ),
);

/** The helpers that a kernel's text calls, and those that they call: a line each, after a line break. */
export function helpersFor(code: string): string {
  const found = new Map<string, string>();
  const visit = (text: string): void => {
    for (const [, name] of text.matchAll(/\b(\w+)\(/g)) {
      const helper = functions.get(name!);
      if (helper === undefined || found.has(name!)) continue;
      found.set(name!, helper);
      visit(helper);
    }
  };
  visit(code);
  return [...found.values()].map((text) => `\n${text}`).join("");
}
