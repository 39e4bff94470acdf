import { readFileSync } from "node:fs";

/** Clock ticks that all cores worked since the machine started, and how many cores there are. */
function machineTicks(): { busy: number; total: number } {
  const line = readFileSync("/proc/stat", "utf8").split("\n")[0]!;
  const [user, nice, system, idle, wait, ...rest] = line.trim().split(/\s+/).slice(1).map(Number) as number[];
  const busy = user! + nice! + system! + rest.slice(0, 3).reduce((sum, ticks) => sum + ticks, 0);
  return { busy, total: busy + idle! + wait! };
}

/** Clock ticks of one process, all its threads. */
function processTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/**
 * Starts to watch how much other processes work, since they make figures noise.
 *
 * @param pids - whose work does not count; neither does our own.
 * @returns a function that gives the share of all cores taken since, or null where /proc does not tell.
 */
export function othersShare(pids: readonly number[]): () => number | null {
  const read = (): { busy: number; total: number } | null => {
    try {
      const { busy, total } = machineTicks();
      const own = [process.pid, ...pids].reduce((sum, pid) => sum + processTicks(pid), 0);
      return { busy: busy - own, total };
    } catch {
      return null; // no /proc, or a contestant has ended
    }
  };
  const before = read();
  return () => {
    const after = read();
    if (before === null || after === null || after.total === before.total) return null;
    return Math.max(0, (after.busy - before.busy) / (after.total - before.total));
  };
}
