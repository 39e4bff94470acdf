import { setImmediate as turn } from "node:timers/promises";

const shortest = 0.05; // ms
const longest = 1; // ms
const nowhere = new Int32Array(new SharedArrayBuffer(4)); // nobody ever notifies it: waiting on it is sleeping

let waiting = 0;
let nap = shortest;
let napping = false;

/** Naps between turns for everyone who waits: naps of each would add up. */
async function napWhileWaiting(): Promise<void> {
  if (napping) return;
  napping = true;
  while (waiting > 0) {
    await turn();
    if (waiting > 0) Atomics.wait(nowhere, 0, 0, nap);
    nap = Math.min(longest, nap * 1.3);
  }
  napping = false;
}

/**
 * Waits for a promise that the WebGPU binding will settle, without spinning a core.
 *
 * While a promise is pending the binding polls the GPU in every turn of the event loop; on a software GPU that poll
 * takes a core from the kernels. So the thread naps between turns, 0.05 ms at first and up to 1 ms: kernels on two
 * cores run 1.45 to 1.75 times as fast. Timers and signals are at most one nap late.
 *
 * @param promise - settled by something that runs in turns of the event loop.
 * @returns what the promise resolves to; rejects as it rejects.
 * @example
 * ```ts
 * import { waitNapping } from "deconfound/node";
 *
 * console.log(await waitNapping(Promise.resolve("done"))); // done
 * ```
 */
export async function waitNapping<T>(promise: Promise<T>): Promise<T> {
  nap = shortest;
  waiting++;
  void napWhileWaiting();
  try {
    return await promise;
  } finally {
    waiting--;
  }
}
