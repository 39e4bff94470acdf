import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Gives each compute thread of a process's software driver a core of its own. Linux sometimes leaves two on one core for a whole
 * run, which doubles every kernel's time. Does nothing where there is no such driver, no /proc or no taskset.
 *
 * Mesa 25 starts as many compute threads as rasterizers, `llvmpipe-0`, `llvmpipe-1` …, and right after them. Rasterizers do nothing for
 * compute. Compute threads have no name of their own, they keep that of the process. This is known from the CPU times in
 * /proc/PID/task/ID/stat during a benchmark: the rasterizers had none, and these had most of what the main thread had not. The driver's
 * queue, which starts later and has no name either, comes near to them in a short run, so the order decides and not the time.
 */
export function pinWorkers(pid: number): void {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return;
  const inOrder = readdirSync(tasks).sort((a, b) => Number(a) - Number(b)); // ids grow as threads start
  const names = inOrder.map((id) => threadName(`${tasks}/${id}/comm`));
  const isRasterizer = (name: string): boolean => /^llvmpipe-\d+$/.test(name);
  const rasterizers = names.filter(isRasterizer).length;
  const since = names.findLastIndex(isRasterizer) + 1;
  const unnamed = inOrder.filter((_, at) => at >= since && names[at] === names[0]); // the first thread has the process's name
  for (const [at, id] of unnamed.slice(0, rasterizers).entries()) {
    const core = String(at % availableParallelism());
    spawnSync("taskset", ["--pid", "--cpu-list", core, id], { stdio: "ignore" });
  }
}

function threadName(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return ""; // it has ended
  }
}
