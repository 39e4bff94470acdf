import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export const mebibyte: number = 2 ** 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects garbage, and lets the turns pass in which that is told. */
export async function collectGarbage(): Promise<void> {
  for (let k = 0; k < 3; k++) {
    collect();
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** The process's memory in bytes, now. */
export const resident = (): number => process.memoryUsage.rss();
