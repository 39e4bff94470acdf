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
  /**
   * Calls back at the first SIGINT, SIGTERM or SIGHUP; the second one ends the process as it would without this program.
   * Returns how to stop listening.
   */
  onInterrupt(callback: () => void): () => void;
}

/** The process's own streams and signals. */
export interface ProcessIo extends Io {
  /** Waits until standard output has taken all. @returns the system's error if it could not; none if its reader has gone. */
  flush(): Promise<Error | undefined>;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The process's own streams and signals. A reader that has gone away, as `head` does, is not a fault of the program: what it
 * would have read is dropped. Progress that cannot be written is dropped too, so that training outlives its log.
 */
export function processIo(): ProcessIo {
  let failed: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    failed ??= error;
  });
  process.stderr.on("error", () => {});
  return {
    out(text) {
      if (failed === undefined) process.stdout.write(text);
    },
    err: (text) => void process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    columns: process.stderr.columns || 80, // a terminal that does not know says 0
    onInterrupt(callback) {
      let first = true;
      const listener = (signal: NodeJS.Signals): void => {
        if (first) {
          first = false;
          callback();
        } else {
          stop();
          process.kill(process.pid, signal);
        }
      };
      const stop = (): void => {
        for (const signal of signals) process.off(signal, listener);
      };
      for (const signal of signals) process.on(signal, listener);
      return stop;
    },
    async flush() {
      await new Promise((resolve) => process.stdout.write("", resolve));
      return failed?.code === "EPIPE" ? undefined : failed;
    },
  };
}
