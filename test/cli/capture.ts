import type { ExitCode } from "../../src/cli/exit-code.ts";
import type { Io } from "../../src/cli/io.ts";
import { run } from "../../src/cli/run.ts";

/** What a command line came to. */
export interface Captured {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a command line in this process.
 *
 * @param line - words divided by blanks.
 * @param options - interrupts it when standard error says something, or when a promise resolves.
 */
export async function command(
  line: string,
  options: { interruptAt?: string; interruptWhen?: Promise<void> } = {},
): Promise<Captured> {
  let out = "";
  let err = "";
  const listeners = new Set<() => void>();
  const interrupt = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
      if (options.interruptAt !== undefined && text.includes(options.interruptAt)) interrupt();
    },
    terminal: false,
    columns: 80,
    onInterrupt: (callback) => {
      listeners.add(callback);
      void options.interruptWhen?.then(() => interrupt());
      return () => void listeners.delete(callback);
    },
  };
  const code = await run(line.split(" ").filter(Boolean), io);
  return { code, out, err };
}
