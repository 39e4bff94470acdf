import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

const folders = new Set<string>();
process.on("exit", () => folders.forEach(remove)); // also when the user stops the run

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
  folders.delete(path);
}

/** A folder that goes with the process at the latest. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(`${tmpdir()}/deconfound-bench-`);
  folders.add(path);
  return { path, remove: () => remove(path) };
}
