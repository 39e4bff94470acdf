import type { Io } from "./io.ts";

/** A line of progress: on a terminal it is written over and over, else a new one appears now and then. */
export interface ProgressLine {
  /** Shows a line if the last one has stood long enough. */
  offer(line: string): void;
  /** Shows a line. */
  show(line: string): void;
  /** A line that stays. */
  note(line: string): void;
  /** Clears the rewritten line. */
  end(): void;
}

const clearLine = "\r\u001b[2K";
const redrawEvery = 100; // ms
const lineEvery = 10_000; // ms

/** Milliseconds after the start of some work, when its estimate is of some use. */
export const firstLine = 3_000;

/** @param now - milliseconds; tests pass their own clock. */
export function openProgressLine(io: Io, now: () => number = Date.now): ProgressLine {
  let drawn = io.terminal ? -Infinity : now() + firstLine - lineEvery;
  const show = (line: string): void => {
    drawn = now();
    io.err(io.terminal ? clearLine + line.slice(0, Math.max(1, io.columns - 1)) : `${line}\n`);
  };
  const end = (): void => {
    if (io.terminal) io.err(clearLine);
  };
  return {
    offer(line) {
      if (now() - drawn >= (io.terminal ? redrawEvery : lineEvery)) show(line);
    },
    show,
    note(line) {
      end();
      io.err(`${line}\n`);
    },
    end,
  };
}
