import type { Command, Contestant } from "./contestant.ts";
import { start } from "./contestant.ts";

/** A contestant that is started when it is needed, and again after it has ended. */
export interface Member {
  readonly command: Command;
  /** Takes works that are sized for a real GPU. */
  readonly heavy: boolean;
  /** Compiles shaders in its first call. */
  readonly compiles: boolean;
  ready(): Promise<Contestant>;
}

export function member(command: Command, { heavy, compiles }: Pick<Member, "heavy" | "compiles">): Member {
  let current: Contestant | undefined;
  return {
    command,
    heavy,
    compiles,
    ready: async () => {
      if (current?.alive() !== true) current = await start(command);
      return current;
    },
  };
}

/** What an item of the benchmark runs with. */
export interface Team {
  readonly ours: Member;
  readonly peers: readonly Member[];
  /** Notes what went wrong; the run goes on, and ends with exit code 1. */
  fail(message: string): void;
}
