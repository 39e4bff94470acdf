import type { Contestant } from "./contestant.ts";
import { othersShare } from "./machine-load.ts";
import { pinWorkers } from "./pin-workers.ts";
import { median } from "./statistics.ts";

/** What a contestant took: each round's samples, milliseconds a call. */
export type Rounds = readonly (readonly number[])[];

export interface Interleaved {
  readonly rounds: ReadonlyMap<Contestant, Rounds>;
  /** CPU time of other processes while the rounds ran, as a part of all cores; null where the system does not tell. */
  readonly others: number | null;
}

const rounds = 5;
const roundTime = 500; // ms that a contestant gets in a round, unless one call takes longer
const mostSamples = 9;
const shortestSample = 10; // ms on a real GPU, where one call is shorter than the wait for it
const limit = 300_000; // ms

/**
 * Times contestants that have the same work prepared, in turn: A, B, C, A, B, C …
 *
 * @param fail - told who fails on the way, and is left out.
 */
export async function interleave(
  contestants: readonly Contestant[],
  fail: (message: string) => void,
): Promise<Interleaved> {
  const taken = new Map<Contestant, number[][]>(contestants.map((contestant) => [contestant, []]));
  const inTurn = async (act: (contestant: Contestant) => Promise<unknown>): Promise<void> => {
    for (const contestant of [...taken.keys()]) {
      await act(contestant).catch((error: Error) => {
        fail(error.message);
        taken.delete(contestant);
      });
    }
  };
  const plans = new Map<Contestant, { samples: number; calls: number }>();
  await inTurn(async (contestant) => {
    plans.set(contestant, await warmUp(contestant));
    pinWorkers(contestant.pid); // the driver has started them by now
  });
  const others = othersShare([...taken.keys()].map(({ pid }) => pid));
  for (let round = 0; round < rounds; round++) {
    await inTurn(async (contestant) => {
      const { ms } = await contestant.ask({ do: "time", ...plans.get(contestant)! }, limit);
      taken.get(contestant)!.push([...ms]);
    });
  }
  return { rounds: taken, others: others() };
}

/** A few discarded calls, which tell how many fit into a round. */
async function warmUp(contestant: Contestant): Promise<{ samples: number; calls: number }> {
  const time = async (calls: number): Promise<number> =>
    Math.max(1e-3, ...(await contestant.ask({ do: "time", samples: 1, calls }, limit)).ms);
  let each = await time(1);
  if (each < roundTime) each = await time(1);
  let calls = 1;
  if (!contestant.hello.software && each < shortestSample) {
    each = await time(Math.ceil(shortestSample / each)); // a call among many is shorter than one with its wait
    calls = Math.ceil(shortestSample / each);
  }
  return { samples: Math.max(1, Math.min(mostSamples, Math.floor(roundTime / (each * calls)))), calls };
}

/** The median of all samples. */
export const middle = (taken: Rounds): number => median(taken.flat());

/** How often `ours` fits into `theirs`, round by round: median, smallest, largest. */
export function ratioOf(ours: Rounds, theirs: Rounds): { ratio: number; min: number; max: number } {
  const ratios = ours.map((own, round) => median(theirs[round]!) / median(own));
  return { ratio: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}
