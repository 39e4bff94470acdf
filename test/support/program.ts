import type { ChildProcess, StdioOptions } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** The command line as a file that Node runs, made from the sources. */
export interface BuiltProgram {
  readonly file: string;
  /**
   * Starts it.
   *
   * @param line - words divided by blanks.
   * @param limits.largestFile - KiB that a file may have: a write beyond fails, as on a full disk.
   */
  start(line: string, stdio: StdioOptions, limits?: { readonly largestFile: number }): ChildProcess;
  remove(): void;
}

export async function buildProgram(): Promise<BuiltProgram> {
  const folder = join(import.meta.dirname, "../../.vitest", `cli-${process.pid}-${Date.now()}`); // two below package.json
  const file = join(folder, "main.mjs");
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, "../../src/cli/main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["webgpu"],
    logLevel: "error",
  });
  return {
    file,
    start(line, stdio, limits) {
      const words = [process.execPath, file, ...line.split(" ").filter(Boolean)];
      const shell = limits === undefined ? [] : ["bash", "-c", `ulimit -f ${limits.largestFile}; exec "$@"`, "bash"];
      const [first, ...rest] = [...shell, ...words];
      return spawn(first!, rest, { stdio });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** How a process ended: its exit code, or the signal that ended it. */
export function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal!));
  });
}

/** All that a process writes to standard error, and a call when a text first appears in it. */
export function listen(child: ChildProcess, when = "", then: () => void = () => {}): { readonly said: () => string } {
  let said = "";
  let seen = when === "";
  child.stderr!.on("data", (part: Buffer) => {
    said += part.toString();
    if (!seen && said.includes(when)) {
      seen = true;
      then();
    }
  });
  return { said: () => said };
}
