import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Gives each worker thread of a process's software driver a core of its own. Linux sometimes leaves two on one core for a whole
 * run, which doubles every kernel's time. Does nothing where there is no such driver, no /proc or no taskset.
 */
export function pinWorkers(pid: number): void {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return;
  for (const id of readdirSync(tasks)) {
    const worker = /^llvmpipe-(\d+)$/.exec(threadName(`${tasks}/${id}/comm`));
    if (worker === null) continue;
    const core = Number(worker[1]) % availableParallelism();
    spawnSync("taskset", ["--pid", "--cpu-list", String(core), id], { stdio: "ignore" });
  }
}

function threadName(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return ""; // it has ended
  }
}
