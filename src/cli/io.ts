import process from "node:process";

/** All that a command may touch of the outside besides files and the device; tests pass their own. */
export interface Io {
  /** Results, on standard output, without a line end. */
  out(text: string): void;
  /** Progress and errors, on standard error, without a line end. */
  err(text: string): void;
  /** Standard error is a terminal: a line can be rewritten. */
  readonly terminal: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  /** Calls back at the first SIGINT or SIGTERM; the second one ends the process as usual. Returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
}

/** The process's own streams and signals. */
export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    columns: process.stderr.columns || 80, // a terminal that does not know says 0
    onInterrupt(callback) {
      process.once("SIGINT", callback);
      process.once("SIGTERM", callback);
      return () => {
        process.off("SIGINT", callback);
        process.off("SIGTERM", callback);
      };
    },
  };
}
